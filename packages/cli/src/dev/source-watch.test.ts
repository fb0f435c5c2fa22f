import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { consistently, eventually } from '@kubewright/testing'
import { expect, onTestFinished, test } from 'vitest'
import { isSource, watchSources } from './source-watch.ts'

test.each([
  ['main.ts', true],
  ['shop.mjs', true],
  ['settings.json', true],
  ['main.test.ts', false],
  ['README.md', false],
  ['.hidden.ts', false],
  ['main.ts.swp', false],
])('%s is a source: %s', (name, expected) => expect(isSource(name)).toBe(expected))

function watched() {
  const root = mkdtempSync(join(tmpdir(), 'kubewright-watch-'))
  for (const folder of ['src', 'node_modules/x']) mkdirSync(join(root, folder), { recursive: true })
  const controller = new AbortController()
  onTestFinished(() => {
    controller.abort()
    rmSync(root, { recursive: true, force: true })
  })
  let changes = 0
  watchSources(root, () => changes++, { signal: controller.signal })
  const write = (name: string) => writeFileSync(join(root, name), String(Math.random()))
  return { root, controller, write, changes: () => changes }
}

test('a change of a source is told, once for all that an editor does', async () => {
  const { write, changes } = watched()
  for (let time = 0; time < 5; time++) write('src/main.ts')
  await eventually(() => expect(changes()).toBe(1))
  await consistently(() => expect(changes()).toBe(1), 150)
})

test('what is no source is not', async () => {
  const { write, changes } = watched()
  for (const name of ['node_modules/x/index.js', 'src/main.test.ts', 'notes.md', '.env.json']) write(name)
  await consistently(() => expect(changes()).toBe(0), 200)
})

test('a folder that comes later is followed, with what came with it', async () => {
  const { root, write, changes } = watched()
  mkdirSync(join(root, 'src', 'kinds'))
  write('src/kinds/shop.ts')
  await eventually(() => expect(changes()).toBeGreaterThan(0))
  const before = changes()
  await eventually(
    () => {
      write('src/kinds/shop.ts')
      expect(changes()).toBeGreaterThan(before)
    },
    { interval: 100 },
  )
})

test('after the signal nothing is told any more', async () => {
  const { controller, write, changes } = watched()
  write('src/main.ts')
  controller.abort()
  write('src/main.ts')
  await consistently(() => expect(changes()).toBe(0), 150)
})
