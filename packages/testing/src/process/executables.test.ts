import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findServers, missingExecutables, serverFolders } from './executables.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'executables-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const put = (name: string, mode = 0o755) => writeFileSync(join(root, name), '', { mode })

test('a folder named by hand comes before the user’s cache', () => {
  expect(serverFolders({ KUBEWRIGHT_SERVERS: '/opt/servers', XDG_CACHE_HOME: '/c' })).toEqual(['/opt/servers', '/c/kubewright/servers'])
  expect(serverFolders({ XDG_CACHE_HOME: '/c' })).toEqual(['/c/kubewright/servers'])
})

test('without XDG_CACHE_HOME the cache is in the home folder', () => {
  expect(serverFolders({ XDG_CACHE_HOME: '' })[0]).toMatch(/\/\.cache\/kubewright\/servers$/)
})

test('a file that cannot be executed is missing', () => {
  put('etcd')
  put('kubectl', 0o644)
  expect(missingExecutables(['etcd', 'kubectl', 'kwok'], root)).toEqual(['kubectl', 'kwok'])
})

test('the first folder that has everything wins; one that has a part of it does not', () => {
  put('etcd')
  put('kube-apiserver')
  expect(findServers(['etcd', 'kube-apiserver'], [join(root, 'none'), root])).toBe(root)
})

test('what is missing is said folder by folder, with the command that brings it', () => {
  put('etcd')
  expect(() => findServers(['etcd', 'kube-apiserver'], ['/nowhere', root])).toThrow(
    `real test servers are not there: /nowhere lacks etcd, kube-apiserver; ${root} lacks kube-apiserver. Run \`npm run servers\`, or set KUBEWRIGHT_SERVERS`,
  )
})
