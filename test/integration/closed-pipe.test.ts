// What becomes of the program when the other end of a pipe has gone: `kubewright manifests | head`.
import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'

const entry = join(dirname(dirname(import.meta.dirname)), 'packages', 'cli', 'bin', 'kubewright.mjs')

/** Starts the program; `stdout` is read by `reader`, until that has had enough. */
function start(args: readonly string[], stdout: 'pipe' | number = 'pipe') {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', stdout, 'pipe'], env: { ...process.env, NO_COLOR: '1' } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stderr = ''
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)))
  return { child, ended, stderr: () => stderr }
}

describe('a program whose output nobody reads any more', () => {
  test('ends quietly, in the middle of a long text', async () => {
    const { child, ended, stderr } = start(['manifests', 'all'])
    child.stdout!.destroy()
    expect([await ended, stderr()]).toEqual([0, ''])
  })

  test('ends quietly though it would run for ever', async () => {
    const { child, ended, stderr } = start(['apiserver', '--secure-port', '0'])
    child.stdout!.destroy()
    expect([await ended, stderr()]).toEqual([0, ''])
  })
})

test.runIf(process.platform === 'linux')('a disk that is full is a failure, told in a line', async () => {
  const { ended, stderr } = start(['manifests', 'application'], openSync('/dev/full', 'w'))
  expect([await ended, stderr().trim()]).toEqual([1, expect.stringMatching(/^kubewright: cannot write to standard output: ENOSPC.*$/)])
})
