import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import type { Watchdog } from './watchdog.ts'

let folder: string
let guarded: Set<number>
const watchdog: Watchdog = {
  guard: (pid) => void guarded.add(pid),
  release: (pid) => void guarded.delete(pid),
  dismiss: async () => {},
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'server-process-'))
  guarded = new Set()
})
afterEach(() => rmSync(folder, { recursive: true }))

const start = (script: string, executable = '/bin/sh'): Promise<ServerProcess> =>
  startServerProcess({ name: 'toy', executable, args: ['-c', script], cwd: folder, logFile: join(folder, 'log'), watchdog })

test('a server that ends by itself says how, and is no longer guarded', async () => {
  const server = await start('echo one; echo two >&2; exit 3')
  expect(guarded).toEqual(new Set([server.pid]))
  expect(await server.exited).toBe('toy ended with exit code 3')
  expect(guarded.size).toBe(0)
  expect(server.lastWords()).toBe('one\ntwo')
})

test('an environment that is given takes the place of this process’s own', async () => {
  const options = { name: 'toy', executable: '/bin/sh', args: ['-c', 'echo "$GREETING $HOME"'], cwd: folder, watchdog }
  const server = await startServerProcess({ ...options, env: { GREETING: 'hello' }, logFile: join(folder, 'log') })
  await server.exited
  expect(server.lastWords()).toBe('hello')
})

test('stop asks first', async () => {
  const server = await start(`trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done`)
  await eventually(() => expect(server.lastWords()).toBe('up'))
  await server.stop(10_000)
  expect(server.lastWords()).toBe('up\nbye')
  expect(await server.exited).toBe('toy ended with exit code 0')
})

test('and makes one stop that does not listen', async () => {
  const server = await start(`trap '' TERM; echo up; while :; do sleep 0.01; done`)
  await eventually(() => expect(server.lastWords()).toBe('up'))
  await server.stop(20)
  expect(await server.exited).toBe('toy was ended by SIGKILL')
})

test('stopping one that is gone does nothing', async () => {
  const server = await start('exit 0')
  await server.exited
  await server.stop(10_000)
})

test('an executable that is not there is an error that names it', async () => {
  await expect(start('', '/nowhere/etcd')).rejects.toThrow(/^toy: \/nowhere\/etcd could not be started: .*ENOENT/)
  expect(guarded.size).toBe(0)
})
