import { describe, expect, test } from 'vitest'
import { type GroupVersionResources, openApiDocument, openApiHash, openApiIndex } from './index.ts'
import { referencesIn } from './openapi-schema.ts'

const apps: GroupVersionResources = {
  group: 'apps',
  version: 'v1',
  resources: [{ plural: 'deployments', kind: 'Deployment', namespaced: true, builtin: true, subresources: ['status', 'scale'] }],
}
const core: GroupVersionResources = {
  group: '',
  version: 'v1',
  resources: [
    { plural: 'configmaps', kind: 'ConfigMap', namespaced: true, builtin: true, subresources: [] },
    { plural: 'namespaces', kind: 'Namespace', namespaced: false, builtin: true, subresources: ['status'] },
  ],
}
const custom: GroupVersionResources = {
  group: 'example.dev',
  version: 'v1alpha1',
  resources: [
    {
      plural: 'websites',
      kind: 'Website',
      namespaced: true,
      builtin: false,
      subresources: ['status'],
      schema: {
        type: 'object',
        description: 'A website.',
        properties: { spec: { type: 'object', properties: { image: { type: 'string' } } } },
      },
    },
  ],
}

interface Operation {
  readonly parameters?: readonly { readonly name: string }[]
  readonly requestBody?: { readonly content: object }
  readonly 'x-kubernetes-group-version-kind'?: object
}

async function operation(groupVersion: GroupVersionResources, path: string, verb: string): Promise<Operation> {
  const { paths } = await openApiDocument(groupVersion)
  const found = paths[path]?.[verb]
  if (found === undefined) throw new Error(`no ${verb} of ${path}; there are ${Object.keys(paths).join(', ')}`)
  return found as Operation
}

describe('what kubectl looks for', () => {
  test.each([
    [apps, '/apis/apps/v1/namespaces/{namespace}/deployments/{name}'],
    [core, '/api/v1/namespaces/{name}'],
    [custom, '/apis/example.dev/v1alpha1/namespaces/{namespace}/websites/{name}'],
  ])('the patch operation of a kind takes fieldValidation, or kubectl falls back to OpenAPI v2', async (groupVersion, path) => {
    const patch = await operation(groupVersion, path, 'patch')
    expect(patch.parameters?.map((each) => each.name)).toEqual(['dryRun', 'fieldManager', 'fieldValidation', 'force'])
    expect(patch['x-kubernetes-group-version-kind']).toMatchObject({ version: groupVersion.version })
  })

  test('strategic merge is offered for built-in kinds alone', async () => {
    const types = async (each: GroupVersionResources, path: string) =>
      Object.keys((await operation(each, path, 'patch')).requestBody?.content ?? {})
    expect(await types(apps, '/apis/apps/v1/namespaces/{namespace}/deployments/{name}')).toContain('application/strategic-merge-patch+json')
    expect(await types(custom, '/apis/example.dev/v1alpha1/namespaces/{namespace}/websites/{name}')).toEqual([
      'application/apply-patch+yaml',
      'application/json-patch+json',
      'application/merge-patch+json',
    ])
  })

  test.each([apps, core, custom])('every schema that is named is there', async (groupVersion) => {
    const document = await openApiDocument(groupVersion)
    const missing = [...referencesIn(document)].filter((name) => !Object.hasOwn(document.components.schemas, name))
    expect(missing).toEqual([])
  })

  test('a kind is found by group, version and kind', async () => {
    const { schemas } = (await openApiDocument(apps)).components
    expect(schemas['io.k8s.api.apps.v1.Deployment']).toMatchObject({
      'x-kubernetes-group-version-kind': [{ group: 'apps', version: 'v1', kind: 'Deployment' }],
    })
    const own = (await openApiDocument(custom)).components.schemas
    expect(own['dev.example.v1alpha1.Website']).toMatchObject({
      'x-kubernetes-group-version-kind': [{ group: 'example.dev', version: 'v1alpha1', kind: 'Website' }],
    })
  })
})

test('a built-in field has its description, its default and how it merges', async () => {
  const { schemas } = (await openApiDocument(apps)).components
  const containers = (schemas['io.k8s.api.core.v1.PodSpec'] as { properties: Record<string, object> }).properties['containers']
  expect(containers).toMatchObject({
    type: 'array',
    items: { default: {}, allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.Container' }] },
    'x-kubernetes-list-map-keys': ['name'],
    'x-kubernetes-patch-strategy': 'merge',
  })
  expect(JSON.stringify(containers)).toContain('List of containers belonging to the pod.')
})

test('a custom kind keeps its schema, and gets the fields that every object has', async () => {
  const { schemas } = (await openApiDocument(custom)).components
  expect(schemas['dev.example.v1alpha1.Website']).toMatchObject({
    description: 'A website.',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { allOf: [{ $ref: expect.stringContaining('ObjectMeta') as string }] },
      spec: { properties: { image: { type: 'string' } } },
    },
  })
  expect(schemas['dev.example.v1alpha1.WebsiteList']).toMatchObject({
    properties: { items: { items: { $ref: '#/components/schemas/dev.example.v1alpha1.Website' } } },
  })
})

test('scale answers with a Scale', async () => {
  const scale = await operation(apps, '/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale', 'get')
  expect(JSON.stringify(scale)).toContain('io.k8s.api.autoscaling.v1.Scale')
})

test('a property called $ref is no reference', () => {
  expect([...referencesIn({ properties: { $ref: { type: 'string' } }, items: { $ref: '#/components/schemas/a.B' } })]).toEqual(['a.B'])
})

describe('the index', () => {
  test('names each document with a hash', () => {
    const { paths } = openApiIndex([custom, core, apps])
    expect(Object.keys(paths)).toEqual(['api/v1', 'apis/apps/v1', 'apis/example.dev/v1alpha1'])
    expect(paths['apis/apps/v1']?.serverRelativeURL).toBe(`/openapi/v3/apis/apps/v1?hash=${openApiHash(apps)}`)
  })

  test('has another hash when a schema changes, and the same when nothing does', () => {
    const [resource] = custom.resources
    const changed = { ...custom, resources: [{ ...resource!, schema: { type: 'object' } }] }
    expect(openApiHash(changed)).not.toBe(openApiHash(custom))
    expect(openApiHash(structuredClone(custom))).toBe(openApiHash(custom))
  })
})
