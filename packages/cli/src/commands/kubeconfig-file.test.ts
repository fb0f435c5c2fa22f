import { lstat, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeKubeconfigFile } from './kubeconfig-file.ts'

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
  onTestFinished(() => rm(made, { recursive: true }))
  return made
}

test('a kubeconfig is for its owner alone, also where another file was before', async () => {
  const path = join(await folder(), 'kubeconfig')
  await writeFile(path, 'old', { mode: 0o644 })
  expect(await writeKubeconfigFile(path, 'token')).toBe(path)
  expect(await readFile(path, 'utf8')).toBe('token')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('who guesses the name of the part in a folder that all may write to, does not get the token', async () => {
  const home = await folder()
  const path = join(home, 'kubeconfig')
  const theirs = join(home, 'theirs')
  await writeFile(theirs, '')
  await symlink(theirs, `${path}.${process.pid}.part`)
  await writeKubeconfigFile(path, 'token')
  expect(await readFile(theirs, 'utf8')).toBe('')
  expect((await lstat(path)).isSymbolicLink()).toBe(false)
  expect(await readFile(path, 'utf8')).toBe('token')
})
