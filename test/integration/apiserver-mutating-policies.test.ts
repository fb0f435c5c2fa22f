// MutatingAdmissionPolicies: what they make of writes, in which order, and which of them are refused themselves. The same on both servers.
import type { StatusCause } from '@kubewright/core'
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type Reply, type Wire, wire } from './wire.ts'

const bench = useCluster()
const GROUP = '/apis/admissionregistration.k8s.io/v1'
const POLICIES = `${GROUP}/mutatingadmissionpolicies`
const BINDINGS = `${GROUP}/mutatingadmissionpolicybindings`

let admin: Wire
let namespace: string
beforeAll(async () => {
  admin = wire(bench.cluster.connection)
  namespace = await bench.namespace()
})
afterAll(() => admin[Symbol.dispose]())

const RULE = { operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }

interface Wanted {
  readonly mutations: readonly object[]
  readonly policy?: object
  readonly binding?: object
  readonly rule?: object
  /** The label by which the policy knows its objects. @default its own name */
  readonly label?: string
  readonly name?: string
}

let count = 0
/** A policy, bound, for objects with the label `for: LABEL`. @returns the label */
async function install({
  mutations,
  policy = {},
  binding = {},
  rule = {},
  label,
  name = `m${++count}.example.com`,
}: Wanted): Promise<string> {
  const known = label ?? name
  const spec = {
    matchConstraints: { resourceRules: [{ ...RULE, ...rule }], objectSelector: { matchLabels: { for: known } } },
    mutations,
    reinvocationPolicy: 'Never',
    ...policy,
  }
  const made = await admin.send('POST', POLICIES, { metadata: { name }, spec })
  expect([made.code, made.body.message]).toEqual([201, undefined])
  const bound = await admin.send('POST', BINDINGS, { metadata: { name: `${name}-b` }, spec: { policyName: name, ...binding } })
  expect([bound.code, bound.body.message]).toEqual([201, undefined])
  return known
}

const apply = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } })
const patch = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } })

const create = (label: string, path: string, body: object) =>
  admin.send('POST', `${path}?dryRun=All`, { ...body, metadata: { name: `c-${++count}`, labels: { for: label } } })
const configMap = (label: string, data: object = {}) => create(label, `/api/v1/namespaces/${namespace}/configmaps`, { data })
const deployment = (label: string) =>
  create(label, `/apis/apps/v1/namespaces/${namespace}/deployments`, {
    spec: {
      selector: { matchLabels: { app: 'a' } },
      template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'own', image: 'i' }] } },
    },
  })

/** What was stored, or the refusal without the names of the test's own. */
const told = ({ code, body }: Reply, pick: (body: Reply['body']) => unknown = ({ data }) => data) =>
  code < 300
    ? pick(body)
    : [code, body.reason, String(body.message).replace(/^policy '[^']+'( with binding '[^']+')? denied request: /, '')]

/** A real server reads policies anew every second. */
const becomes = (send: () => Promise<Reply>, expected: unknown, pick?: (body: Reply['body']) => unknown) =>
  eventually(async () => expect(told(await send(), pick)).toEqual(expected))

describe('a JSON patch', () => {
  test.each<[string, string, object, unknown]>([
    ['adds a value', "[JSONPatch{op: 'add', path: '/data/b', value: 'two'}]", { a: '1' }, { a: '1', b: 'two' }],
    [
      'is of as many operations as an expression makes',
      "[JSONPatch{op: 'replace', path: '/data/a', value: 'x'}, JSONPatch{op: 'copy', from: '/data/a', path: '/data/b'}, JSONPatch{op: 'move', from: '/data/a', path: '/data/c'}]",
      { a: '1' },
      { b: 'x', c: 'x' },
    ],
    [
      'escapes what a path cannot spell',
      "[JSONPatch{op: 'add', path: '/data/' + jsonpatch.escapeKey('~x'), value: '1'}, JSONPatch{op: 'move', from: '/data/~0x', path: '/data/y'}]",
      { a: '1' },
      { a: '1', y: '1' },
    ],
    [
      'may look at the object first',
      "'b' in object.data ? [JSONPatch{op: 'remove', path: '/data/b'}] : []",
      { a: '1', b: '2' },
      { a: '1' },
    ],
    [
      'of which a test fails changes nothing',
      "[JSONPatch{op: 'add', path: '/data/b', value: '2'}, JSONPatch{op: 'test', path: '/data/a', value: 'other'}]",
      { a: '1' },
      { a: '1' },
    ],
    [
      'that takes away what is not there refuses the write',
      "[JSONPatch{op: 'remove', path: '/data/absent'}]",
      { a: '1' },
      [403, 'Invalid', "JSON Patch: error in remove for path: '/data/absent': Unable to remove nonexistent key: absent: missing value"],
    ],
    [
      'that cannot be made refuses the write',
      "[JSONPatch{op: 'add', path: '/data/b', value: object.data.absent}]",
      { a: '1' },
      [
        403,
        'Invalid',
        "expression '[JSONPatch{op: 'add', path: '/data/b', value: object.data.absent}]' resulted in error: no such key: absent",
      ],
    ],
    [
      'that makes a field that the kind has not refuses the write',
      "[JSONPatch{op: 'add', path: '/what', value: 'x'}]",
      { a: '1' },
      [500, 'InternalError', 'Internal error occurred: strict decoding error: unknown field "what"'],
    ],
  ])('%s', async (_, expression, data, expected) => {
    const name = await install({ mutations: [patch(expression)] })
    await becomes(() => configMap(name, data), expected)
  })
})

describe('an applied configuration', () => {
  const containers = ({ spec }: Reply['body']) => spec.template.spec.containers.map(({ name, image }: Reply['body']) => [name, image])

  test('unites lists by their keys, and leaves the rest as it is', async () => {
    const name = await install({
      rule: { apiGroups: ['apps'], resources: ['deployments'] },
      mutations: [
        apply(
          "Object{spec: Object.spec{replicas: 3, template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'side', image: 's'}, Object.spec.template.spec.containers{name: 'own', image: 'i2'}]}}}}",
        ),
      ],
    })
    await becomes(
      () => deployment(name),
      [
        3,
        [
          ['side', 's'],
          ['own', 'i2'],
        ],
      ],
      (made) => [made.spec.replicas, containers(made)],
    )
  })

  test.each<[string, string, unknown]>([
    [
      'that would replace a list as a whole refuses the write',
      "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'own', args: ['x']}]}}}}",
      [
        403,
        'Invalid',
        'error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.template.spec.containers[0].args',
      ],
    ],
    [
      'with a field that the kind has not refuses the write',
      'Object{spec: Object.spec{absent: 1}}',
      [403, 'Invalid', 'error applying patch: failed to convert patch object to typed object: .spec.absent: field not declared in schema'],
    ],
    [
      'whose type names do not fit its fields refuses the write',
      'Object{spec: Object.spec{template: Object.spec.wrong{}}}',
      [
        403,
        'Invalid',
        'type mismatch: unexpected type name "Object.spec.wrong", expected "Object.spec.template", which matches field name path from root Object type',
      ],
    ],
  ])('%s', async (_, expression, expected) => {
    const name = await install({ rule: { apiGroups: ['apps'], resources: ['deployments'] }, mutations: [apply(expression)] })
    await becomes(() => deployment(name), expected)
  })

  test('of a custom resource goes by its schema', async () => {
    const schema = {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            size: { type: 'integer' },
            tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
            words: { type: 'array', items: { type: 'string' } },
          },
        },
      },
    }
    await admin.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'gadgets.mutated.example.com' },
      spec: {
        group: 'mutated.example.com',
        scope: 'Namespaced',
        names: { plural: 'gadgets', kind: 'Gadget' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    })
    const rule = { apiGroups: ['mutated.example.com'], resources: ['gadgets'] }
    const gadget = (label: string) =>
      create(label, `/apis/mutated.example.com/v1/namespaces/${namespace}/gadgets`, {
        apiVersion: 'mutated.example.com/v1',
        kind: 'Gadget',
        spec: { size: 1, tags: ['a'] },
      })
    const adds = await install({ rule, mutations: [apply("Object{spec: Object.spec{size: 2, tags: ['b', 'a']}}")] })
    await becomes(
      () => gadget(adds),
      { size: 2, tags: ['b', 'a'] },
      ({ spec }) => spec,
    )
    const replaces = await install({ rule, mutations: [apply("Object{spec: Object.spec{words: ['x']}}")] })
    await becomes(
      () => gadget(replaces),
      [403, 'Invalid', 'error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.words'],
    )
  })
})

describe('the mutations', () => {
  const append = (letter: string) =>
    patch(`[JSONPatch{op: 'add', path: '/data/log', value: (object.?data.?log.orValue('')) + '${letter}'}]`)
  const log = ({ data }: Reply['body']) => data?.log

  test('of one policy see each other, in their order; that of the policies is nobody’s to count on', async () => {
    const label = `order-${++count}`
    await install({ label, name: `${label}-2.example.com`, mutations: [append('c')] })
    await install({ label, name: `${label}-1.example.com`, mutations: [append('a'), append('b')] })
    await becomes(
      () => configMap(label, { log: '' }),
      ['ab', 'c'],
      ({ data }) => String(data?.log).match(/ab|c/g)?.sort(),
    )
  })

  test('are made once more, when something was changed after them and their policy asks for it', async () => {
    const label = `again-${++count}`
    await install({ label, name: `${label}-1.example.com`, mutations: [append('a')], policy: { reinvocationPolicy: 'IfNeeded' } })
    await install({ label, name: `${label}-2.example.com`, mutations: [append('b')] })
    await becomes(
      () => configMap(label, { log: '' }),
      ['a', 'a', 'b'],
      ({ data }) => [...String(data?.log)].sort(),
    )
  })

  test('of a policy that asks for it are made twice, even when nobody else changes anything', async () => {
    const name = await install({ mutations: [append('a')], policy: { reinvocationPolicy: 'IfNeeded' } })
    await becomes(() => configMap(name, { log: '' }), 'aa', log)
  })

  test('see variables, each with the object as it is then', async () => {
    const variables = [{ name: 'n', expression: 'object.data.size()' }]
    const add = (key: string) => patch(`[JSONPatch{op: 'add', path: '/data/${key}', value: string(variables.n)}]`)
    const name = await install({ mutations: [add('b'), add('c')], policy: { variables } })
    await becomes(() => configMap(name, { a: 'x' }), { a: 'x', b: '1', c: '2' })
  })

  test('see parameters, once for each', async () => {
    for (const value of ['x', 'y'])
      await admin.send('POST', `/api/v1/namespaces/${namespace}/configmaps`, {
        metadata: { name: `param-${value}`, labels: { param: 'of-mutations' } },
        data: { value },
      })
    const name = await install({
      mutations: [patch("[JSONPatch{op: 'add', path: '/data/' + params.data.value, value: 'set'}]")],
      policy: { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
      binding: { paramRef: { selector: { matchLabels: { param: 'of-mutations' } }, parameterNotFoundAction: 'Deny' } },
    })
    await becomes(() => configMap(name, { a: '1' }), { a: '1', x: 'set', y: 'set' })
  })

  test('come before validation, by policies and by the server', async () => {
    const name = await install({ mutations: [patch("[JSONPatch{op: 'add', path: '/data/bad key', value: 'x'}]")] })
    await eventually(async () => {
      const { code, body } = await configMap(name, { a: '1' })
      expect([code, body.reason]).toEqual([422, 'Invalid'])
      expect(body.message).toContain('data[bad key]: Invalid value: "bad key"')
    })
  })

  test('own no fields', async () => {
    const name = await install({ mutations: [patch("[JSONPatch{op: 'add', path: '/data/b', value: 'two'}]")] })
    await eventually(async () => {
      const { body } = await configMap(name, { a: '1' })
      expect(body.data).toEqual({ a: '1', b: 'two' })
      expect(JSON.stringify(body.metadata.managedFields)).toContain('f:a')
      expect(JSON.stringify(body.metadata.managedFields)).not.toContain('f:b')
    })
  })
})

describe('what fails', () => {
  const failing = patch("[JSONPatch{op: 'add', path: '/data/b', value: object.data.absent}]")

  test('changes nothing where failures are to be ignored, and what does not fail is made all the same', async () => {
    const name = await install({
      mutations: [failing, patch("[JSONPatch{op: 'add', path: '/data/c', value: 'x'}]")],
      policy: { failurePolicy: 'Ignore' },
    })
    await becomes(() => configMap(name, { a: '1' }), { a: '1', c: 'x' })
  })

  test('is told with who refused, and stands in the causes', async () => {
    const name = await install({ mutations: [failing] })
    await eventually(async () => {
      const { body } = await configMap(name, { a: '1' })
      const message = `policy '${name}' with binding '${name}-b' denied request: expression '${failing.jsonPatch.expression}' resulted in error: no such key: absent`
      expect(body).toMatchObject({
        status: 'Failure',
        code: 403,
        reason: 'Invalid',
        message,
        details: { name: expect.stringMatching(/^c-/), kind: 'configmaps', causes: [{ message }] },
      })
    })
  })

  test('in a condition refuses; a condition that does not hold leaves the object as it is', async () => {
    const mutations = [patch("[JSONPatch{op: 'add', path: '/data/b', value: 'two'}]")]
    const matchConditions = [{ name: 'wanted', expression: "object.data.want == 'yes'" }]
    const name = await install({ mutations, policy: { matchConditions } })
    await becomes(() => configMap(name, { want: 'yes' }), { want: 'yes', b: 'two' })
    expect(told(await configMap(name, { want: 'no' }))).toEqual({ want: 'no' })
    expect(told(await configMap(name, { a: '1' }))).toEqual([
      403,
      'Invalid',
      "expression 'object.data.want == 'yes'' resulted in error: no such key: want",
    ])
  })

  test('is a binding without its parameters', async () => {
    const name = await install({
      mutations: [patch("true ? [] : [JSONPatch{op: 'remove', path: '/a'}]")],
      policy: { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
      binding: { paramRef: { name: 'absent', parameterNotFoundAction: 'Deny' } },
    })
    await becomes(
      () => configMap(name),
      [403, 'Forbidden', 'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'],
    )
  })
})

describe('a policy', () => {
  const valid = {
    matchConstraints: { resourceRules: [RULE] },
    mutations: [apply('Object{}')],
    reinvocationPolicy: 'Never',
  }
  const problems = async (path: string, spec: object) => {
    const { code, body: refusal } = await admin.send('POST', `${path}?dryRun=All`, { metadata: { name: 'x.example.com' }, spec })
    return code === 201
      ? []
      : ((refusal.details?.causes ?? []) as readonly StatusCause[]).map(({ field, message }) => `${field}: ${message}`)
  }

  test('has its defaults filled in', async () => {
    const { body: made } = await admin.send('POST', `${POLICIES}?dryRun=All`, { metadata: { name: 'x.example.com' }, spec: valid })
    expect(made).toMatchObject({
      metadata: { generation: 1 },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {}, resourceRules: [{ scope: '*' }] },
      },
    })
    expect(made.status).toBeUndefined()
  })

  test.each<[string, object, readonly string[]]>([
    ['no mutations', { ...valid, mutations: [] }, ['spec.mutations: Required value: mutations must contain at least one item']],
    ['no word on reinvocation', { ...valid, reinvocationPolicy: undefined }, ['spec.reinvocationPolicy: Required value']],
    [
      'an unknown word on it',
      { ...valid, reinvocationPolicy: 'Often' },
      ['spec.reinvocationPolicy: Unsupported value: "Often": supported values: "IfNeeded", "Never"'],
    ],
    [
      'deletions, where there is nothing to change',
      { ...valid, matchConstraints: { resourceRules: [{ ...RULE, operations: ['DELETE'] }] } },
      ['spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"'],
    ],
    ['a mutation of no type', { ...valid, mutations: [{}] }, ['spec.mutations[0].patchType: Required value']],
    [
      'a mutation of another type',
      { ...valid, mutations: [{ patchType: 'Merge' }] },
      ['spec.mutations[0].patchType: Unsupported value: "Merge": supported values: "ApplyConfiguration", "JSONPatch"'],
    ],
    [
      'a mutation without what its type says, and with the other',
      { ...valid, mutations: [{ ...apply('Object{}'), patchType: 'JSONPatch' }] },
      [
        'spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch',
        'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
      ],
    ],
    ['an empty expression', { ...valid, mutations: [apply(' ')] }, ['spec.mutations[0].applyConfiguration.expression: Required value']],
    [
      'an expression that makes something else',
      { ...valid, mutations: [apply('1'), patch('[]')] },
      [
        'spec.mutations[0].applyConfiguration.expression: Invalid value: "1": must evaluate to Object but got int',
        'spec.mutations[1].jsonPatch.expression: Invalid value: "[]": must evaluate to list(JSONPatch) but got list(dyn)',
      ],
    ],
    [
      'operations with fields of other types',
      { ...valid, mutations: [patch('[JSONPatch{op: 1}]')] },
      [
        "spec.mutations[0].jsonPatch.expression: Invalid value: \"[JSONPatch{op: 1}]\": compilation failed: ERROR: <input>:1:14: expected type of field 'op' is 'string' but provided type is 'int'\n | [JSONPatch{op: 1}]\n | .............^",
      ],
    ],
  ])('with %s is refused', async (_, spec, expected) => {
    expect(await problems(POLICIES, spec)).toEqual(expected)
  })

  test('is listed with how much it changes', async () => {
    const name = await install({ mutations: [patch('true ? [] : [JSONPatch{op: "remove", path: "/a"}]'), apply('Object{}')] })
    const { body: table } = await admin.send('GET', `${POLICIES}/${name}`, undefined, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    })
    expect(table.columnDefinitions.map(({ name: column }: Reply['body']) => column)).toEqual(['Name', 'Mutations', 'ParamKind', 'Age'])
    expect(table.rows[0].cells.slice(0, 3)).toEqual([name, 2, '<unset>'])
  })

  test('is served beside its bindings, which name it', async () => {
    const { body: found } = await admin.send('GET', GROUP)
    const served = (found.resources as readonly { readonly name: string; readonly verbs: readonly string[] }[]).filter(({ name }) =>
      name.startsWith('mutatingadmission'),
    )
    expect(served.map(({ name }) => name)).toEqual(['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'])
    expect(await problems(BINDINGS, { policyName: '' })).toEqual(['spec.policyName: Required value'])
  })
})
