import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { archivesIn, originOf } from './package-origin.ts'

function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'kubewright-origin-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return path
}

const installed = (packages: Record<string, { resolved?: string }>) =>
  folder({ 'node_modules/.package-lock.json': JSON.stringify({ packages }), 'node_modules/kubewright/package.json': '{}' })

test('who has installed it from the registry gets it from there', () => {
  const path = installed({ 'node_modules/kubewright': { resolved: 'https://registry.npmjs.org/kubewright/-/kubewright-0.1.0.tgz' } })
  expect(originOf(join(path, 'node_modules', 'kubewright'), '0.1.0')).toEqual({ from: 'registry', version: '0.1.0' })
})

test('who has installed it from archives gets it from the same', () => {
  const path = installed({
    'node_modules/kubewright': { resolved: 'file:kubewright-0.1.0.tgz' },
    'node_modules/@kubewright/core': { resolved: 'file:../archives/kubewright-core-0.1.0.tgz' },
    'node_modules/zod': { resolved: 'https://registry.npmjs.org/zod/-/zod-4.0.0.tgz' },
  })
  const origin = originOf(join(path, 'node_modules', 'kubewright'), '0.1.0')
  expect(origin).toEqual({
    from: 'archives',
    archives: new Map([
      ['kubewright', join(path, 'kubewright-0.1.0.tgz')],
      ['@kubewright/core', join(path, '..', 'archives', 'kubewright-core-0.1.0.tgz')],
    ]),
  })
})

test('who has no note of npm gets the registry’s', () => {
  const path = folder({ 'node_modules/kubewright/package.json': '{}' })
  expect(originOf(join(path, 'node_modules', 'kubewright'), '1.2.3')).toEqual({ from: 'registry', version: '1.2.3' })
})

test('a checkout has no packages yet, and says how to make them', () => {
  expect(() => originOf('/src/packages/cli', '0.1.0')).toThrow(/checkout .* npm run bundle.* --packages/)
})

test('archives are known by the names that npm pack gives them', () => {
  const path = folder({
    'kubewright-0.1.0.tgz': '',
    'kubewright-operator-gc-0.1.0.tgz': '',
    'kubewright-core-0.2.0-beta.1.tgz': '',
    'zod-4.0.0.tgz': '',
    'notes.txt': '',
  })
  const origin = archivesIn(path)
  expect(origin.from === 'archives' && [...origin.archives.keys()].sort()).toEqual([
    '@kubewright/core',
    '@kubewright/operator-gc',
    'kubewright',
  ])
})

test('a folder without them is refused', () => {
  expect(() => archivesIn(folder({}))).toThrow(/no kubewright-VERSION\.tgz in/)
  expect(() => archivesIn('/no/where')).toThrow(/no kubewright-VERSION\.tgz in/)
})
