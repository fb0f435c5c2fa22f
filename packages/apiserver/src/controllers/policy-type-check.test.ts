import { expect, test } from 'vitest'
import { testClient } from '../test-client/api-client.ts'

const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'

const GADGET = {
  metadata: { name: 'gadgets.typed.example.com' },
  spec: {
    group: 'typed.example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', kind: 'Gadget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } },
        },
      },
    ],
  },
}

const policy = (expression: string) => ({
  metadata: { name: 'p.example.com' },
  spec: {
    matchConstraints: {
      resourceRules: [
        { operations: ['*'], apiGroups: ['typed.example.com'], apiVersions: ['v1'], resources: ['gadgets', 'gadgets/status'] },
      ],
    },
    validations: [{ expression }],
  },
})

test('custom resources have the types of their schemas, and the metadata of every object', async () => {
  await using api = await testClient()
  await api.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', GADGET)
  await api.settle()
  await api.post(POLICIES, policy("object.metadata.labels['a'] == 'b' && object.kind == 'Gadget' && object.spec.size == 'big'"))
  await api.settle()
  const status = (await api.get(`${POLICIES}/p.example.com`)).body['status']
  expect(JSON.stringify(status)).toContain(
    "typed.example.com/v1, Kind=Gadget: ERROR: <input>:1:83: found no matching overload for '_==_' applied to '(int, string)'",
  )
})

test('a policy is looked at again when it changes, and else not', async () => {
  await using api = await testClient()
  await api.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', GADGET)
  await api.settle()
  await api.post(POLICIES, policy('object.spec.sise > 1'))
  await api.settle()
  const { metadata } = await api.get(`${POLICIES}/p.example.com`)
  await api.patch(`${POLICIES}/p.example.com`, { metadata: { labels: { a: 'b' } } })
  await api.settle()
  const labelled = await api.get(`${POLICIES}/p.example.com`)
  expect(labelled.metadata.managedFields).toHaveLength(metadata.managedFields?.length ?? 0)
  await api.patch(`${POLICIES}/p.example.com`, { spec: { validations: [{ expression: 'object.spec.size > 1' }] } })
  await api.settle()
  expect((await api.get(`${POLICIES}/p.example.com`)).body['status']).toEqual({ observedGeneration: 2, typeChecking: {} })
})
