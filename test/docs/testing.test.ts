// Every program of docs/testing.md is run as its reader would run it.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const root = dirname(dirname(import.meta.dirname))
const page = readFileSync(join(root, 'docs', 'testing.md'), 'utf8')
const programs = page.split(/^## /m).flatMap((section) => {
  const title = section.split('\n', 1)[0]!
  return [...section.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => ({ title, source: match[1]! }))
})

test('the page has its programs', () => {
  expect(programs.length).toBeGreaterThanOrEqual(5)
})

describe.concurrent('the program under', () => {
  test.for(programs)('$title', async ({ source }, { expect }) => {
    const args = ['--input-type=module-typescript', '--eval', source]
    const ended = await promisify(execFile)(process.execPath, args, { cwd: root }).catch((error: { stderr: string }) => error)
    expect(ended.stderr).toBe('')
  })
})
