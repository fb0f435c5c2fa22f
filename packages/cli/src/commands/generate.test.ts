import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  const { code, stdout } = await kubewright('generate', 'rbac', file('shop.mjs', SHOP), '--no-leader-election')
  expect(code).toBe(0)
  const [role] = parseAllDocuments(stdout).map((document) => ('toJSON' in document ? (document.toJSON() as unknown) : undefined))
  expect(role).toMatchObject({
    kind: 'ClusterRole',
    metadata: { name: 'kubewright-shop' },
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

/** The same with a webhook. */
const CALLED = SHOP.replace('run, z }', 'run, webhooks, z }').replace(
  'cleanup: () => undefined })',
  'cleanup: () => undefined }), webhooks(Shop, { validate() {} })',
)

test('webhooks: the Service and the configurations; rbac then has what the certificates need', async () => {
  const path = file('shop.mjs', CALLED)
  const { stdout } = await kubewright('generate', 'webhooks', path, '--namespace', 'shops')
  expect(kindsIn(stdout)).toEqual(['Service kubewright-shop', 'ValidatingWebhookConfiguration kubewright-shop'])
  expect(stdout).toContain('namespace: shops')
  // A module is loaded once in a process, and tells only then what it would run.
  const roles = kindsIn((await kubewright('generate', 'rbac', file('shop.mjs', CALLED))).stdout)
  expect(roles).toEqual([
    'ClusterRole kubewright-shop',
    'Role kubewright-shop',
    'ClusterRole kubewright-shop-metrics-auth',
    'Role kubewright-shop-shards',
    'ClusterRole kubewright-shop-shards-server',
    'ClusterRole kubewright-shop-shards-label',
    'ClusterRole kubewright-shop-webhooks',
    'Role kubewright-shop-webhooks',
  ])
})

test('deployment: what runs the image, bound to all of its roles', async () => {
  const { stdout } = await kubewright('generate', 'deployment', file('shop.mjs', CALLED), '--image', 'shop:1')
  expect(kindsIn(stdout).filter((each) => each.includes('Binding'))).toEqual([
    'ClusterRoleBinding kubewright-shop',
    'RoleBinding kubewright-shop',
    'ClusterRoleBinding kubewright-shop-webhooks',
    'RoleBinding kubewright-shop-webhooks',
  ])
  expect(stdout).toContain('image: shop:1')
})

test('all --out: a folder of them, which --check compares', async () => {
  const out = join(file('x', ''), '..', 'deploy')
  // A module is loaded once in a process, and tells only then what it would run.
  const all = (...args: readonly string[]) => kubewright('generate', 'all', file('shop.mjs', CALLED), '--out', out, ...args)
  expect(await all('--check')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/crds\.yaml is not what the definitions give: it is not there/) as string,
  })
  expect(existsSync(out)).toBe(false)
  expect((await all()).code).toBe(0)
  expect(readdirSync(out).sort()).toEqual(['crds.yaml', 'docs.md', 'rbac.yaml', 'schema.json', 'webhooks.yaml'])
  expect((await all('--check')).code).toBe(0)
  expect((await all('--image', 'shop:1')).stderr).toMatch(/deployment\.yaml: written/)
  writeFileSync(join(out, 'rbac.yaml'), 'edited')
  expect(await all('--check')).toMatchObject({ code: 1, stderr: expect.stringMatching(/rbac\.yaml .* line 1 is "edited"/) as string })
})

test('--out writes one file, and its text is what is printed', async () => {
  const path = file('shop.mjs', SHOP)
  const out = join(path, '..', 'crds.yaml')
  expect(await kubewright('generate', 'crds', path, '--out', out)).toMatchObject({ code: 0, stdout: '' })
  expect(readFileSync(out, 'utf8')).toBe((await kubewright('generate', 'crds', path)).stdout)
})

const kindsIn = (yaml: string): readonly string[] =>
  parseAllDocuments(yaml).map((document) => {
    const { kind, metadata } = ('toJSON' in document ? document.toJSON() : {}) as { kind: string; metadata: { name: string } }
    return `${kind} ${metadata.name}`
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
  ['a check of nothing', () => ['crds', file('shop.mjs', SHOP), '--check'], /--check: give --out too/],
  ['a folder that is not named', () => ['all', file('shop.mjs', SHOP)], /--out: name the folder/],
  ['a deployment of nothing', () => ['deployment', file('shop.mjs', SHOP)], /--image: name the image/],
  ['webhooks of none', () => ['webhooks', file('shop.mjs', SHOP)], /the module defines no webhook/],
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
