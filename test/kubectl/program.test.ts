import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { start } from './program.ts'

const surroundings = { folder: tmpdir(), env: process.env }
const node = (program: string, more: { readonly input?: string; readonly deadline?: number } = {}) =>
  start(process.execPath, ['-e', program], { ...surroundings, ...more }, more.input)

test('a program says what it has to say, and how it ended', async () => {
  const { ended } = node(`process.stdin.pipe(process.stdout); console.error('wrong'); process.exitCode = 3`, { input: 'read' })
  expect(await ended).toEqual({ code: 3, out: 'read', err: 'wrong\n' })
})

test('one that does not read its input is none the worse for it', async () => {
  expect(await node('process.stdin.destroy()', { input: 'x'.repeat(1_000_000) }).ended).toEqual({ code: 0, out: '', err: '' })
})

test('one that never ends is ended', async () => {
  expect((await node('setInterval(() => {}, 1000)', { deadline: 200 }).ended).code).toBeNull()
})

test('one that is not there is an error', async () => {
  await expect(start('no-such-program', [], surroundings).ended).rejects.toThrow('ENOENT')
})
