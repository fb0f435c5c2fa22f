// Kinds of one's own: from one definition to a server that serves, defaults, validates and prunes them.
import { CustomResourceDefinition } from '@kubewright/client'
import { isApiError, isConflict, isInvalid, isNotFound } from '@kubewright/core'
import { defineKind, type KindDefinition, type ObjectOf } from '@kubewright/schema'
import { eventually } from '@kubewright/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { failure, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'

const bench = useCluster()

const Website = defineKind({
  group: 'example.dev',
  version: 'v1',
  kind: 'Website',
  shortNames: ['ws'],
  spec: z.object({
    image: z.string().min(1),
    replicas: z.int().min(0).max(100).default(1),
    mode: z.enum(['plain', 'fancy']).default('plain'),
    routes: z
      .array(z.object({ path: z.string().regex(/^\//), port: z.int().min(1).max(65535) }))
      .max(3)
      .optional(),
    settings: z.record(z.string(), z.string()).optional(),
  }),
  status: z.object({ readyReplicas: z.int().optional() }),
})
type Website = ObjectOf<typeof Website>

beforeAll(() => installKind(bench.client, Website))

const websites = () => bench.client.resource(Website)
/** Objects as a person may write them: typed programs cannot be this wrong. */
const written = (namespace: string, name: string, spec: object, more: object = {}) =>
  ({ apiVersion: 'example.dev/v1', kind: 'Website', metadata: { namespace, name }, spec, ...more }) as unknown as Website

const causesOf = (error: unknown) =>
  isApiError(error) ? (error.status.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`) : []

test('discovery serves the kind under its names', async () => {
  await eventually(async () => {
    bench.client.discovery.invalidate()
    expect(await bench.client.discovery.find({ group: 'example.dev', kind: 'Website' })).toMatchObject({
      plural: 'websites',
      version: 'v1',
      namespaced: true,
      shortNames: ['ws'],
      subresources: expect.arrayContaining(['status']) as unknown,
    })
  })
})

test('defaults are filled in on the way in', async () => {
  const namespace = await bench.namespace()
  const created = await (await websites()).create(written(namespace, 'a', { image: 'x' }))
  expect(created.spec).toEqual({ image: 'x', replicas: 1, mode: 'plain' })
  expect(created.metadata.generation).toBe(1)
})

test('unknown fields are pruned, unless validation is strict', async () => {
  const namespace = await bench.namespace()
  const resource = await websites()
  const spec = { image: 'x', routes: [{ path: '/', port: 1, colour: 'red' }], extra: 1 }
  const pruned = await resource.create(written(namespace, 'a', spec), { fieldValidation: 'Ignore' })
  expect(pruned.spec).toEqual({ image: 'x', replicas: 1, mode: 'plain', routes: [{ path: '/', port: 1 }] })
  const error = await failure(resource.create(written(namespace, 'b', spec), { fieldValidation: 'Strict' }))
  expect(String(error)).toContain('unknown field "spec.extra"')
  expect(String(error)).toContain('unknown field "spec.routes[0].colour"')
})

describe('what breaks the schema is refused, each field with the server’s own words', () => {
  test.each<[string, object, readonly string[]]>([
    ['a required field that is missing', {}, ['spec.image: Required value']],
    [
      'a number above its maximum',
      { image: 'x', replicas: 101 },
      ['spec.replicas: Invalid value: 101: spec.replicas in body should be less than or equal to 100'],
    ],
    [
      'a number below its minimum',
      { image: 'x', replicas: -1 },
      ['spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0'],
    ],
    ['another type', { image: 3 }, ['spec.image: Invalid value: "integer": spec.image in body must be of type string: "integer"']],
    [
      'a value that is none of the allowed',
      { image: 'x', mode: 'odd' },
      ['spec.mode: Unsupported value: "odd": supported values: "plain", "fancy"'],
    ],
    ['a text that is too short', { image: '' }, ['spec.image: Invalid value: "": spec.image in body should be at least 1 chars long']],
    [
      'a text that does not match',
      { image: 'x', routes: [{ path: 'a', port: 1 }] },
      ['spec.routes[0].path: Invalid value: "a": spec.routes[0].path in body should match \'^\\/\''],
    ],
    [
      'a list that is too long',
      { image: 'x', routes: [1, 2, 3, 4].map((port) => ({ path: '/', port })) },
      ['spec.routes: Too many: 4: must have at most 3 items'],
    ],
  ])('%s', async (_, spec, causes) => {
    const namespace = await bench.namespace()
    const error = await failure((await websites()).create(written(namespace, 'a', spec)))
    expect(isInvalid(error)).toBe(true)
    expect(causesOf(error)).toEqual(causes.map((cause) => cause))
    expect(String(error)).toContain('Website.example.dev "a" is invalid')
  })
})

describe('status', () => {
  test('is dropped on the main path, and alone kept on its own', async () => {
    const namespace = await bench.namespace()
    const resource = await websites()
    const created = await resource.create(written(namespace, 'a', { image: 'x' }, { status: { readyReplicas: 9 } }))
    expect(created.status).toBe(undefined)
    const name = { namespace, name: 'a' }
    const reported = await resource.patch(
      name,
      { type: 'merge', body: { spec: { image: 'other' }, status: { readyReplicas: 1 } } },
      { subresource: 'status' },
    )
    expect(reported).toMatchObject({ spec: { image: 'x' }, status: { readyReplicas: 1 } })
    expect(reported.metadata.generation).toBe(1)
    const changed = await resource.patch(name, { type: 'merge', body: { spec: { image: 'other' }, status: { readyReplicas: 5 } } })
    expect(changed).toMatchObject({ spec: { image: 'other' }, status: { readyReplicas: 1 }, metadata: { generation: 2 } })
  })

  test('a write to an outdated version is a conflict', async () => {
    const namespace = await bench.namespace()
    const resource = await websites()
    const created = await resource.create(written(namespace, 'a', { image: 'x' }))
    await resource.update({ ...created, spec: { ...created.spec, image: 'y' } })
    expect(isConflict(await failure(resource.update({ ...created, status: { readyReplicas: 1 } }, { subresource: 'status' })))).toBe(true)
  })
})

test('a strategic patch is refused: it is for built-in kinds', async () => {
  const namespace = await bench.namespace()
  const resource = await websites()
  await resource.create(written(namespace, 'a', { image: 'x' }))
  const error = await failure(resource.patch({ namespace, name: 'a' }, { type: 'strategic', body: { spec: { replicas: 2 } } }))
  expect(isApiError(error) && error.code).toBe(415)
})

test('an update without the version is refused: a custom resource has to name what it replaces', async () => {
  const namespace = await bench.namespace()
  const resource = await websites()
  await resource.create(written(namespace, 'a', { image: 'x' }))
  const error = await failure(resource.update(written(namespace, 'a', { image: 'y' })))
  expect(isInvalid(error)).toBe(true)
  expect(causesOf(error)).toEqual(['metadata.resourceVersion: Invalid value: 0: must be specified for an update'])
})

test('with the definition, its objects go', async () => {
  const namespace = await bench.namespace()
  const Passing: KindDefinition = defineKind({
    group: 'passing.example.dev',
    version: 'v1',
    kind: 'Passing',
    plural: 'passings',
    spec: z.object({ a: z.string() }),
  })
  await installKind(bench.client, Passing)
  const resource = await bench.client.resource(Passing)
  await resource.create({
    apiVersion: 'passing.example.dev/v1',
    kind: 'Passing',
    metadata: { namespace, name: 'a' },
    spec: { a: 'b' },
  } as never)
  const definitions = await bench.client.resource(CustomResourceDefinition)
  await definitions.delete({ name: 'passings.passing.example.dev' })
  await eventually(async () => expect(isNotFound(await failure(definitions.get({ name: 'passings.passing.example.dev' })))).toBe(true))
  await eventually(async () => expect(isNotFound(await failure(resource.list({ namespace })))).toBe(true))
})
