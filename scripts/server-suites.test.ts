import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { serverSuites } from './server-suites.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kubewright-suites-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const write = (file: string, text: string) => {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

test('whoever takes the server that the environment says, himself or through what he imports, is run on both', () => {
  write('test/a.test.ts', "import { useCluster } from './shared/harness.ts'")
  write('test/shared/harness.ts', 'export const useCluster = (options) => startTestCluster(options)')
  write('test/b.test.ts', 'await startTestCluster()')
  write('test/c.test.ts', "const { site } = await import('./shared/site.ts')")
  write('test/shared/site.ts', "import './harness.ts'")
  write('test/d.test.ts', "if (process.env['KUBEWRIGHT_TEST_SERVER'] === 'real') skip()")
  expect(serverSuites(root)).toEqual({ either: ['test/a.test.ts', 'test/b.test.ts', 'test/c.test.ts', 'test/d.test.ts'], local: [] })
})

test('whoever uses no server, or says which one, is run once', () => {
  write('test/a.test.ts', "import { words } from './words.ts'")
  write('test/words.ts', "import { test } from './a.test.ts'")
  write('test/b.test.ts', "await startTestCluster({ server: 'embedded', controllers: true })")
  expect(serverSuites(root)).toEqual({ either: [], local: ['test/a.test.ts', 'test/b.test.ts'] })
})

test('of this repository most are run on both', () => {
  const { either, local } = serverSuites(dirname(import.meta.dirname))
  expect(either).toEqual(expect.arrayContaining(['test/integration/gc.test.ts', 'test/differential/differential.test.ts']))
  expect(local).toEqual(expect.arrayContaining(['test/docs/links.test.ts', 'test/integration/up.test.ts']))
  expect(either.length).toBeGreaterThan(local.length)
})
