import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { executables } from './executables.ts'

/** The scripts in a folder, with `echo` in the place of Node. */
function installed(over: Partial<Parameters<typeof executables>[0]> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-assets-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const replacement = { node: '/bin/echo', program: 'kubewright', version: 'v1.36.3', controllers: '', flags: ['etcd-servers'], ...over }
  for (const [name, text] of Object.entries(executables(replacement))) {
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), 0o755)
  }
  const run = (name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    execFileSync(join(folder, name), args, { encoding: 'utf8', stdio: 'pipe', env: { PATH: '/usr/bin:/bin', ...env } })
  return Object.assign(run, { folder })
}

test.each([
  [
    'etcd',
    ['--data-dir=/x y', '--listen-client-urls=http://127.0.0.1:1'],
    'kubewright envtest-etcd --data-dir=/x y --listen-client-urls=http://127.0.0.1:1\n',
  ],
  ['kube-apiserver', ['--secure-port=1'], 'kubewright apiserver --controllers= --secure-port=1\n'],
  ['etcd', ['--version'], 'etcd Version: 3.6.8\n'],
  ['kube-apiserver', ['--version'], 'Kubernetes v1.36.3\n'],
])('%s with %j', (name, args, said) => {
  expect(installed()(name, args)).toBe(said)
})

test('envtest finds by --help that etcd need not write to the disk, and that there is no insecure port', () => {
  const run = installed()
  // As its CheckFlag looks for them.
  expect(run('etcd', ['--help'])).toMatch(/^\s*--unsafe-no-fsync\b/m)
  expect(run('kube-apiserver', ['--help'])).toMatch(/^\s*--etcd-servers\b/m)
  expect(run('kube-apiserver', ['--help'])).not.toMatch(/^\s*--insecure-port\b/m)
})

test('a path with spaces and quotes is one word', () => {
  expect(installed({ program: "it's here/kubewright.mjs" })('kube-apiserver', [])).toBe(
    "it's here/kubewright.mjs apiserver --controllers=\n",
  )
})

test('controllers are asked for when they were', () => {
  expect(installed({ controllers: '*,-job' })('kube-apiserver', [])).toBe('kubewright apiserver --controllers=*,-job\n')
})

test('kubectl is the one of the PATH, and never itself', () => {
  const other = mkdtempSync(join(tmpdir(), 'kubewright path-'))
  onTestFinished(() => rmSync(other, { recursive: true, force: true }))
  const run = installed()
  expect(() => run('kubectl', ['get', 'pods'], { PATH: run.folder })).toThrow(/there is none on the PATH/)
  writeFileSync(join(other, 'kubectl'), '#!/bin/sh\necho real "$@"\n', { mode: 0o755 })
  expect(run('kubectl', ['get', 'pods'], { PATH: `${run.folder}:${other}` })).toBe('real get pods\n')
})
