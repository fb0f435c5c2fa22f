// Kinds brought to a server as they are defined: created, changed, moved to another stored version, and refused where objects or names would be lost.
import { CustomResourceDefinition } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import { defineKind, type KindDefinition, type ObjectOf } from '@kubewright/schema'
import { eventually } from '@kubewright/testing'
import { installKinds } from 'kubewright'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { failure, useCluster } from './harness.ts'

const bench = useCluster()

const kindOf = (kind: string, fields: z.ZodRawShape = {}, more: object = {}) =>
  defineKind({ group: 'install.example.dev', version: 'v1', kind, spec: z.object({ image: z.string().optional(), ...fields }), ...more })

const definitionOf = async ({ plural, group }: { readonly plural: string; readonly group: string }) =>
  (await (await bench.client.resource(CustomResourceDefinition)).get({ name: `${plural}.${group}` })) as unknown as {
    readonly metadata: { readonly resourceVersion: string }
    readonly spec: { readonly versions: readonly { readonly name: string }[] }
    readonly status: { readonly storedVersions: readonly string[] }
  }

test('a kind that was never there is served when the installation is over', async () => {
  const Fresh = kindOf('Fresh', {}, { plural: 'freshes' })
  expect(await installKinds(bench.client, [Fresh])).toEqual([{ kind: 'Fresh', change: 'created', migrated: 0 }])
  const namespace = await bench.namespace()
  const created = await (await bench.client.resource(Fresh)).create(Fresh.of({ metadata: { namespace, name: 'a' }, spec: { image: 'x' } }))
  expect(created.spec).toEqual({ image: 'x' })
})

test('a second installation writes nothing', async () => {
  const Steady = kindOf('Steady', {}, { plural: 'steadies' })
  await installKinds(bench.client, [Steady])
  const { metadata } = await definitionOf(Steady)
  expect(await installKinds(bench.client, [Steady])).toEqual([{ kind: 'Steady', change: 'unchanged', migrated: 0 }])
  expect((await definitionOf(Steady)).metadata.resourceVersion).toBe(metadata.resourceVersion)
})

test('a changed definition is served as it is now', async () => {
  await installKinds(bench.client, [kindOf('Grown')])
  const More = kindOf('Grown', { replicas: z.int().default(3) })
  expect(await installKinds(bench.client, [More])).toEqual([{ kind: 'Grown', change: 'updated', migrated: 0 }])
  const namespace = await bench.namespace()
  const resource = await bench.client.resource(More)
  // The API server takes up a changed schema a moment after it has accepted it.
  await eventually(async () => {
    const given = { metadata: { namespace, name: 'a' }, spec: {} } as ObjectOf<typeof More>
    expect((await resource.create(given, { dryRun: true })).spec).toEqual({ replicas: 3 })
  })
})

test('what another field manager owns is a conflict that names it, unless it is taken over', async () => {
  const Owned = kindOf('Owned')
  await installKinds(bench.client, [Owned], { fieldManager: 'helm' })
  const Mine = kindOf('Owned', {}, { shortNames: ['mine'] })
  const changed = kindOf('Owned', { image: z.string().max(9).optional() })
  await installKinds(bench.client, [Mine], { fieldManager: 'kubewright' }).catch(() => undefined)
  const error = await failure(installKinds(bench.client, [changed], { fieldManager: 'kubewright' }))
  expect(error).toMatchObject({ name: 'KindInstallError', definition: 'owneds.install.example.dev' })
  expect(String(error)).toMatch(/another field manager owns what would change: .*helm.*force/)
  expect(await installKinds(bench.client, [changed], { fieldManager: 'kubewright', force: true })).toMatchObject([{ change: 'updated' }])
})

test('objects are moved to the version that is stored now, and only then may the old one go', async () => {
  const old = { version: 'v1beta1', spec: z.object({ image: z.string().optional() }) } as const
  const Moved = kindOf('Moved')
  await installKinds(bench.client, [Moved.withVersion({ ...old, storage: true })])
  const namespace = await bench.namespace()
  const resource = await bench.client.resource(Moved)
  for (const name of ['a', 'b', 'c']) await resource.create(Moved.of({ metadata: { namespace, name }, spec: { image: name } }))
  expect((await definitionOf(Moved)).status.storedVersions).toEqual(['v1beta1'])

  const refusal = await failure(installKinds(bench.client, [Moved]))
  expect(String(refusal)).toContain('objects may still be stored in v1beta1')
  expect((await definitionOf(Moved)).spec.versions.map(({ name }) => name)).toEqual(['v1', 'v1beta1'])

  const unmoved = await installKinds(bench.client, [Moved.withVersion(old)], { migrate: false })
  expect(unmoved).toMatchObject([{ change: 'updated', migrated: 0 }])
  expect((await definitionOf(Moved)).status.storedVersions).toEqual(['v1beta1', 'v1'])
  expect(await installKinds(bench.client, [Moved.withVersion(old)])).toEqual([{ kind: 'Moved', change: 'unchanged', migrated: 3 }])
  expect((await definitionOf(Moved)).status.storedVersions).toEqual(['v1'])

  expect(await installKinds(bench.client, [Moved])).toMatchObject([{ change: 'updated' }])
  expect((await resource.list({ namespace })).items.map(({ spec }) => spec.image)).toEqual(['a', 'b', 'c'])
})

test('where nothing converts what is stored in another version, it is not served as what it is not', async () => {
  const old = { version: 'v1beta1', spec: z.object({ picture: z.string().optional() }) } as const
  await installKinds(bench.client, [defineKind({ group: 'install.example.dev', kind: 'Kept', plural: 'kepts', ...old })])
  const namespace = await bench.namespace()
  const path = `/apis/install.example.dev/v1beta1/namespaces/${namespace}/kepts`
  const object = { apiVersion: 'install.example.dev/v1beta1', kind: 'Kept', metadata: { name: 'a' }, spec: { picture: 'x' } }
  await bench.client.request('POST', path, { body: object })
  const Kept = kindOf('Kept', {}, { plural: 'kepts' }).withVersion({
    ...old,
    toHub: ({ spec: { picture } }) => ({ spec: picture === undefined ? {} : { image: picture } }),
    fromHub: ({ spec: { image } }) => ({ spec: image === undefined ? {} : { picture: image as string } }),
  })
  const error = await failure(installKinds(bench.client, [Kept]))
  expect(String(error)).toMatch(/objects may still be stored in v1beta1, and nothing would convert them to v1: .*conversion\(Kept\)/)
  expect(await bench.client.request('GET', `${path}/a`)).toMatchObject({ spec: { picture: 'x' } })
})

test('a kind whose names another CRD has is refused, saying so', async () => {
  await installKinds(bench.client, [kindOf('Taken')])
  const error = await failure(installKinds(bench.client, [kindOf('Taken', {}, { plural: 'takens-too', singular: 'taken-too' })]))
  expect(String(error)).toMatch(/takens-too\.install\.example\.dev: its names are taken/)
})

test('before anything is changed, everything is checked', async () => {
  const Second = kindOf('Second')
  await installKinds(bench.client, [Second.withVersion({ version: 'v1alpha1', spec: z.object({}), storage: true })])
  const First = kindOf('First')
  await failure(installKinds(bench.client, [First, Second]))
  expect(String(await failure(definitionOf(First)))).toContain('not found')
})

test('an installation that is aborted ends with the reason', async () => {
  const reason = new Error('enough')
  const kinds: readonly KindDefinition[] = [kindOf('Aborted') as unknown as KindDefinition<KubeObject>]
  expect(await failure(installKinds(bench.client, kinds, { signal: AbortSignal.abort(reason) }))).toBe(reason)
})
