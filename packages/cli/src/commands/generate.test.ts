import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { runCommandLine } from '../command-line.ts'

const FACADE = new URL('../index.ts', import.meta.url).href

const NAME = 'kubewright'

/** A user's module, which ends in `run`: when that really runs, the test hangs or fails. */
const SHOP = `
import { controller, defineKind, run, z } from '${FACADE}'
export const Shop = defineKind({
  group: 'example.dev', version: 'v1', kind: 'Shop', description: 'A shop.',
  spec: z.object({ name: z.string(), rules: z.array(z.string().meta({ rules: [{ rule: 'self != ""', message: 'empty' }] })).optional() }),
  status: z.object({ open: z.boolean().optional() }),
})
const Deployment = { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true }
await run(controller(Shop, { owns: [Deployment], reconcile: () => undefined, cleanup: () => undefined }))
`

function file(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-generate-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

async function kubewright(...args: readonly string[]) {
  const printed = { stdout: '', stderr: '' }
  const output = (to: keyof typeof printed) => ({
    write: (text: string) => {
      printed[to] += text
    },
  })
  const { signal } = new AbortController()
  const code = await runCommandLine(args, {
    stdout: output('stdout'),
    stderr: output('stderr'),
    environment: {},
    signal,
    insistence: signal,
  })
  return { code, ...printed }
}

test('crds: of the kinds that the module defines, whether it exports them or runs their controllers; advice goes to stderr', async () => {
  const { code, stdout, stderr } = await kubewright('generate', 'crds', file('shop.mjs', SHOP))
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^kubewright: Shop: spec\.rules\[\]: .* no bound/) as string })
  const documents = parseAllDocuments(stdout).map((document) =>
    'toJSON' in document ? (document.toJSON() as { metadata: { name: string } }) : undefined,
  )
  expect(documents.map((document) => document?.metadata.name)).toEqual(['shops.example.dev'])
})

test('rbac: the rights of the controllers that the module hands to run, which does not run', async () => {
  const { code, stdout } = await kubewright('generate', 'rbac', file('shop.mjs', SHOP), '--name', 'shops', '--no-leader-election')
  expect(code).toBe(0)
  const [role] = parseAllDocuments(stdout).map((document) => ('toJSON' in document ? (document.toJSON() as unknown) : undefined))
  expect(role).toMatchObject({
    kind: 'ClusterRole',
    metadata: { name: 'shops' },
    rules: [
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['create', 'delete', 'list', 'patch', 'watch'] },
      { apiGroups: ['events.k8s.io'], resources: ['events'] },
      { apiGroups: ['example.dev'], resources: ['shops'], verbs: ['get', 'list', 'patch', 'watch'] },
      { apiGroups: ['example.dev'], resources: ['shops/status'], verbs: ['patch'] },
    ],
  })
})

test('rbac --owner-references-enforced: with the right to block the deletion of owners', async () => {
  // A module is loaded once in a process: two files, so that each is told of.
  expect((await kubewright('generate', 'rbac', file('shop.mjs', SHOP))).stdout).not.toContain('shops/finalizers')
  expect((await kubewright('generate', 'rbac', file('shop.mjs', SHOP), '--owner-references-enforced')).stdout).toContain('shops/finalizers')
})

test('docs and schema', async () => {
  const path = file('shop.mjs', SHOP)
  expect((await kubewright('generate', 'docs', path)).stdout).toMatch(/^# Shop\n\nA shop\.\n/)
  expect(JSON.parse((await kubewright('generate', 'schema', path)).stdout)).toMatchObject({ title: 'Shop' })
})

test('types: a definition from a CRD, which makes an equal CRD again', async () => {
  const crds = (await kubewright('generate', 'crds', file('shop.mjs', SHOP))).stdout
  const { code, stdout } = await kubewright('generate', 'types', file('crds.yaml', crds))
  expect(code).toBe(0)
  expect(stdout).toContain(`import { cel, defineKind, type ObjectOf, z } from '${NAME}'`)
  const again = await kubewright('generate', 'crds', file('shop.ts', stdout.replace(`'${NAME}'`, `'${FACADE}'`)))
  expect(again.stdout.replaceAll(/^.*ageColumn.*\n/gm, '')).toBe(crds)
})

test.each<[string, () => readonly string[], RegExp]>([
  ['a module that is not there', () => ['crds', join(tmpdir(), 'nowhere.mjs')], /cannot load .*nowhere\.mjs/],
  ['a module that defines nothing', () => ['docs', file('empty.mjs', 'export const x = 1')], /defines no kind and no controller: export/],
  [
    'a module without controllers',
    () => ['rbac', file('kinds.mjs', SHOP.slice(0, SHOP.indexOf('const Deployment')))],
    /the module defines no controller/,
  ],
  ['types of nothing', () => ['types'], /give a FILE .* or --cluster NAME/],
  ['types of two things', () => ['types', 'x.yaml', '--cluster', 'y'], /give a FILE .* or --cluster NAME/],
  ['a file without a CRD', () => ['types', file('pod.yaml', 'apiVersion: v1\nkind: Pod\n')], /has no CustomResourceDefinition/],
  ['a file that is no YAML', () => ['types', file('bad.yaml', 'a: [')], /is no YAML/],
  ['a file that is not there', () => ['types', join(tmpdir(), 'nowhere.yaml')], /cannot read/],
])('%s is wrong usage, said in a line', async (_, args, message) => {
  const { code, stderr, stdout } = await kubewright('generate', ...args())
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(message)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})
