import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { startWatchdog } from './watchdog.ts'

let folder: string
let sleepers: ChildProcess[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchdog-'))
  sleepers = []
})
afterEach(() => {
  for (const sleeper of sleepers) sleeper.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function sleeper(): ChildProcess & { readonly pid: number } {
  const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' })
  sleepers.push(child)
  return child as ChildProcess & { readonly pid: number }
}

test('dismissed, it leaves everything alone', async () => {
  const watchdog = startWatchdog(folder)
  const child = sleeper()
  watchdog.guard(child.pid)
  await watchdog.dismiss()
  expect(child.exitCode).toBe(null)
  expect(existsSync(folder)).toBe(true)
})

test('when its owner is killed outright, it kills what is still guarded and removes the folder', async () => {
  const kept = sleeper()
  const guarded = sleeper()
  // The owner is a process of its own, so that it can die the hard way.
  const script = `
    import { startWatchdog } from ${JSON.stringify(new URL('./watchdog.ts', import.meta.url).href)}
    const watchdog = startWatchdog(${JSON.stringify(folder)})
    watchdog.guard(${kept.pid})
    watchdog.guard(${guarded.pid})
    watchdog.release(${kept.pid})
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50)
  `
  const end = once(guarded, 'exit')
  const owner = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: 'ignore' })
  expect(await once(owner, 'exit')).toEqual([null, 'SIGKILL'])
  expect(await end).toEqual([null, 'SIGKILL'])
  await eventually(() => expect(existsSync(folder)).toBe(false))
  expect(kept.exitCode ?? kept.signalCode).toBe(null)
})
