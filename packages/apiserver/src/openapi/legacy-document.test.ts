import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readText, wireFields } from '../protobuf/wire-reader.ts'
import { type TestClient, testClient } from '../test-client/api-client.ts'
import { legacyProtobuf } from './legacy-protobuf.ts'
import { legacyCustomSchema } from './legacy-schema.ts'
import type { OpenApiSchema } from './openapi-schema.ts'

let api: TestClient
beforeAll(async () => {
  api = await testClient()
  const spec = {
    type: 'object',
    required: ['size', 'maybe'],
    properties: {
      size: { type: 'integer', description: 'How large.' },
      maybe: { type: 'string', nullable: true },
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'string' } } },
    },
  }
  const version = (name: string, openAPIV3Schema: object) => ({ name, served: true, storage: name === 'v1', schema: { openAPIV3Schema } })
  await api.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        version('v1', { type: 'object', description: 'A widget.', properties: { spec } }),
        version('v2', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
      ],
    },
  })
})
afterAll(() => api[Symbol.asyncDispose]())

interface Legacy {
  readonly swagger: string
  readonly definitions: Readonly<Record<string, Record<string, unknown>>>
  readonly paths: Readonly<
    Record<string, { readonly put?: { readonly parameters: readonly { readonly name: string; readonly in: string }[] } }>
  >
}
const legacy = async () => (await api.get('/openapi/v2')).body as unknown as Legacy

describe('the document of OpenAPI v2', () => {
  test('refers plainly, without the defaults that v3 tells', async () => {
    const { definitions } = await legacy()
    const { properties } = definitions['io.k8s.api.core.v1.ConfigMap'] as { properties: Record<string, unknown> }
    expect(properties['metadata']).toEqual({
      description: expect.stringContaining('metadata'),
      $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
    })
    expect(definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toMatchObject({ type: 'string', format: 'int-or-string' })
    expect(JSON.stringify(definitions).includes('#/components/schemas')).toBe(false)
  })

  test('has a custom kind as far as kubectl can read of it', async () => {
    const { definitions } = await legacy()
    expect(definitions['com.example.v1.Widget']).toMatchObject({
      description: 'A widget.',
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          required: ['size'],
          properties: {
            size: { type: 'integer', description: 'How large.' },
            maybe: {},
            free: { 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      },
    })
    const { spec } = (definitions['com.example.v1.Widget'] as { properties: Record<string, { properties: Record<string, object> }> })
      .properties
    expect(spec!.properties['free']).not.toHaveProperty('properties')
    expect(definitions['com.example.v2.Widget']).toEqual({
      type: 'object',
      'x-kubernetes-group-version-kind': [{ group: 'example.com', kind: 'Widget', version: 'v2' }],
    })
  })

  test('has the body among the parameters of an operation', async () => {
    const { paths } = await legacy()
    const { parameters } = paths['/apis/example.com/v1/namespaces/{namespace}/widgets/{name}']!.put!
    expect(parameters[0]).toEqual({ name: 'body', in: 'body', required: true, schema: { $ref: '#/definitions/com.example.v1.Widget' } })
    expect(parameters.map(({ name }) => name)).toContain('fieldValidation')
  })

  test('is not sent again to who has it', async () => {
    const { headers } = await api.get('/openapi/v2')
    expect((await api.get('/openapi/v2', { headers: { 'if-none-match': headers['etag']! } })).code).toBe(304)
  })
})

test('in protobuf the document has the same kinds, as gnostic names the fields', async () => {
  const document = await legacy()
  const fields = (bytes: Uint8Array) =>
    [...wireFields(bytes)].map(({ number, value }) => ({ number, bytes: value.type === 'bytes' ? value.bytes : new Uint8Array() }))
  const [definitions] = fields(legacyProtobuf(document as unknown as OpenApiSchema)).filter(({ number }) => number === 9)
  const names = fields(definitions!.bytes).map((pair) => readText(fields(pair.bytes)[0]!.bytes))
  expect(names).toEqual(Object.keys(document.definitions))
  const accept = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
  expect((await api.get('/openapi/v2', { accept })).headers['content-type']).toBe(accept)
})

test('junctors of a custom kind are nothing that v2 could say', () => {
  expect(legacyCustomSchema({ type: 'object', oneOf: [{ required: ['a'] }], not: {}, properties: { a: { type: 'array' } } })).toEqual({
    type: 'object',
    properties: { a: {} },
  })
})
