import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { checkedVersion, type Manifest, versionProblems, withVersion } from './version.ts'

const core = { name: '@kubewright/core', version: '1.2.0', dependencies: { zod: '4.0.0' } }

test('all of one version is fine, whatever others have', () =>
  expect(versionProblems([core, { name: 'kubewright', version: '1.2.0', dependencies: { '@kubewright/core': '1.2.0' } }], '1.2.0')).toEqual(
    [],
  ))

test('a package that stays behind, and one that asks for another, are named', () =>
  expect(
    versionProblems(
      [
        { ...core, version: '1.1.0' },
        { name: 'kubewright', version: '1.2.0', devDependencies: { '@kubewright/core': '^1.0.0' } },
      ],
      '1.2.0',
    ),
  ).toEqual([
    '@kubewright/core has the version 1.1.0, and not 1.2.0',
    'kubewright: devDependencies asks for @kubewright/core ^1.0.0, and not for 1.2.0',
  ]))

test('another version, and nothing else, is written', () => {
  const text = `${JSON.stringify({ name: 'kubewright', private: true, version: '1.2.0', dependencies: { '@kubewright/core': '1.2.0', zod: '4.0.0' }, last: 1 }, undefined, 2)}\n`
  expect(withVersion(text, '1.3.0')).toBe(text.replaceAll('1.2.0', '1.3.0'))
})

test.each(['1.2', 'v1.2.0', '1.2.0.1', '01.2.0', ''])('%j is no version', (text) =>
  expect(() => checkedVersion(text)).toThrow('MAJOR.MINOR.PATCH'),
)
test.each(['1.2.0', '1.2.0-rc.1'])('%s is one', (text) => expect(checkedVersion(text)).toBe(text))

test('all packages of the repository have one version', () => {
  const root = dirname(dirname(import.meta.dirname))
  const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest
  const manifests = globSync(['packages/*/package.json', 'operators/*/package.json'], { cwd: root }).map(read)
  expect(manifests.length).toBeGreaterThan(10)
  expect(versionProblems(manifests, read('package.json').version!)).toEqual([])
})
