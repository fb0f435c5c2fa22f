// What goes with what: dependents with their owner, objects with their namespace.
import { Namespace } from '@kubewright/client'
import { isForbidden, isNotFound, ownerReferenceTo } from '@kubewright/core'
import { consistently, eventually } from '@kubewright/testing'
import { expect, test } from 'vitest'
import { configMap, failure, useCluster } from './harness.ts'

const bench = useCluster({ controllers: true })

const LONG = { timeout: 40_000 }

async function family(namespace: string) {
  const configMaps = await bench.configMaps()
  const owner = await configMaps.create(configMap(namespace, 'owner'))
  const child = configMap(namespace, 'child')
  await configMaps.create({ ...child, metadata: { ...child.metadata, ownerReferences: [ownerReferenceTo(owner, { controller: true })] } })
  const gone = async (name: string) => expect(isNotFound(await failure(configMaps.get({ namespace, name })))).toBe(true)
  return { configMaps, gone }
}

test('in the background: the owner at once, its dependents after it', async () => {
  const namespace = await bench.namespace()
  const { configMaps, gone } = await family(namespace)
  await configMaps.delete({ namespace, name: 'owner' }, { propagationPolicy: 'Background' })
  await gone('owner')
  await eventually(() => gone('child'), LONG)
})

test('in the foreground: the owner only when its dependents are gone', async () => {
  const namespace = await bench.namespace()
  const { configMaps, gone } = await family(namespace)
  await configMaps.patch({ namespace, name: 'child' }, { type: 'merge', body: { metadata: { finalizers: ['example.dev/hold'] } } })
  const answered = await configMaps.delete({ namespace, name: 'owner' }, { propagationPolicy: 'Foreground' })
  expect(answered.gone).toBe(false)
  await eventually(async () => expect((await configMaps.get({ namespace, name: 'child' })).metadata.deletionTimestamp).toBeTruthy(), LONG)
  expect((await configMaps.get({ namespace, name: 'owner' })).metadata.finalizers).toEqual(['foregroundDeletion'])
  await configMaps.patch({ namespace, name: 'child' }, { type: 'merge', body: { metadata: { finalizers: null } } })
  await eventually(() => gone('child'), LONG)
  await eventually(() => gone('owner'), LONG)
})

test('orphaned: the dependents stay, without their owner', async () => {
  const namespace = await bench.namespace()
  const { configMaps, gone } = await family(namespace)
  await configMaps.delete({ namespace, name: 'owner' }, { propagationPolicy: 'Orphan' })
  await eventually(() => gone('owner'), LONG)
  expect((await configMaps.get({ namespace, name: 'child' })).metadata.ownerReferences ?? []).toEqual([])
  await consistently(async () => void (await configMaps.get({ namespace, name: 'child' })), 500, 100)
})

test('an owner is an object and not a name: one of the same name with another uid keeps nothing alive', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  const first = await configMaps.create(configMap(namespace, 'owner'))
  await configMaps.delete({ namespace, name: 'owner' })
  await configMaps.create(configMap(namespace, 'owner'))
  const child = configMap(namespace, 'child')
  await configMaps.create({ ...child, metadata: { ...child.metadata, ownerReferences: [ownerReferenceTo(first)] } })
  await eventually(async () => expect(isNotFound(await failure(configMaps.get({ namespace, name: 'child' })))).toBe(true), LONG)
  await configMaps.get({ namespace, name: 'owner' })
})

test('a namespace goes with what is in it, and takes nothing new meanwhile', async () => {
  const namespace = await bench.namespace()
  const configMaps = await bench.configMaps()
  const namespaces = await bench.client.resource(Namespace)
  await configMaps.create({ ...configMap(namespace, 'held'), metadata: { namespace, name: 'held', finalizers: ['example.dev/hold'] } })
  await configMaps.create(configMap(namespace, 'free'))
  await namespaces.delete({ name: namespace })
  await eventually(async () => expect(isNotFound(await failure(configMaps.get({ namespace, name: 'free' })))).toBe(true), LONG)
  expect((await namespaces.get({ name: namespace })).status?.phase).toBe('Terminating')
  const refused = await failure(configMaps.create(configMap(namespace, 'late')))
  expect(isForbidden(refused)).toBe(true)
  expect(String(refused)).toContain('because it is being terminated')
  await configMaps.patch({ namespace, name: 'held' }, { type: 'merge', body: { metadata: { finalizers: null } } })
  await eventually(async () => expect(isNotFound(await failure(namespaces.get({ name: namespace })))).toBe(true), LONG)
})
