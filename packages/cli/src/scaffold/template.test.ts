import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageFile } from '../package-file.ts'
import { VERSION } from '../version.ts'
import { withArchives, withLibrary } from './manifest.ts'
import { namesFor } from './names.ts'
import { renderPath, renderText } from './template.ts'

const root = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', '..', '..', 'package.json'), 'utf8')) as {
  readonly devDependencies: Readonly<Record<string, string>>
}
const template = packageFile('templates', 'operator')
const files = readdirSync(template, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
const names = namesFor({ folder: 'web-shop-operator', group: 'shops.example.com' }, () => false)
const registry = { from: 'registry', version: '9.9.9' } as const

test.each(files.map((file) => [file.slice(template.length + 1), file]))(
  'nothing of the template’s own names is left in %s',
  (path, file) => {
    expect(renderText(readFileSync(file, 'utf8'), names)).not.toMatch(/sample/i)
    expect(renderPath(path, names)).not.toMatch(/sample|dot-/)
  },
)

test.each([
  ['export const Sample = defineKind({', 'export const WebShop = defineKind({'],
  ["import { sampleController } from './sample-controller.ts'", "import { webShopController } from './web-shop-controller.ts'"],
  ["group: 'sample.example.dev'", "group: 'shops.example.com'"],
  ['name: kubewright-sample', 'name: kubewright-webshop'],
  ['kubectl get sample,deployment', 'kubectl get webshop,deployment'],
  ['"name": "sample-operator"', '"name": "web-shop-operator"'],
  ['kubectl apply -f examples/sample.yaml', 'kubectl apply -f examples/web-shop.yaml'],
  ['a resample of Samples', 'a resample of Samples'],
])('%s becomes %s', (before, after) => expect(renderText(before, names)).toBe(after))

test.each([
  ['src/sample.test.ts', 'src/web-shop.test.ts'],
  ['dot-github/workflows/ci.yaml', '.github/workflows/ci.yaml'],
  ['chart/templates/deployment.yaml', 'chart/templates/deployment.yaml'],
])('the file %s is called %s', (before, after) => expect(renderPath(before, names)).toBe(after))

const manifest = readFileSync(join(template, 'package.json'), 'utf8')

test('versions are pinned: the library’s own, and those that it is built with', () => {
  const { dependencies, devDependencies } = JSON.parse(manifest) as Record<string, Record<string, string>>
  expect(dependencies).toEqual({ kubewright: VERSION })
  for (const [name, version] of Object.entries(devDependencies!)) expect([name, version]).toEqual([name, root.devDependencies[name]])
})

test('from the registry the version is that of the running program', () => {
  expect(JSON.parse(withLibrary(manifest, registry))).toMatchObject({ dependencies: { kubewright: '9.9.9' } })
  expect(withArchives('FROM x\n# from-archives COPY vendor vendor\nRUN y', registry)).toBe('FROM x\nRUN y')
})

test('from archives everything of the library comes from the copies in the project', () => {
  const archives = new Map([
    ['kubewright', '/some/where/kubewright-0.1.0.tgz'],
    ['@kubewright/core', '/some/where/kubewright-core-0.1.0.tgz'],
  ])
  const made = JSON.parse(withLibrary(manifest, { from: 'archives', archives })) as object
  expect(made).toMatchObject({
    dependencies: { kubewright: 'file:vendor/kubewright-0.1.0.tgz' },
    overrides: { '@kubewright/core': 'file:vendor/kubewright-core-0.1.0.tgz' },
  })
  expect(withArchives('# from-archives COPY vendor vendor', { from: 'archives', archives })).toBe('COPY vendor vendor')
})
