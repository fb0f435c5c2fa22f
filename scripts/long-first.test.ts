import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { SECONDS } from './long-first.ts'

const root = dirname(import.meta.dirname)

test('every file of the list is there, the longest first', () => {
  expect(Object.keys(SECONDS).filter((file) => !existsSync(join(root, file)))).toEqual([])
  const seconds = Object.values(SECONDS)
  expect(seconds).toEqual(seconds.toSorted((one, other) => other - one))
})
