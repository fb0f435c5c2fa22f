// ValidatingAdmissionPolicies: what they say of writes, and which of them are refused themselves. The same on both servers.
import type { StatusCause } from '@kubewright/core'
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type Reply, type Wire, wire } from './wire.ts'

const bench = useCluster()
const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'
const BINDINGS = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings'

let admin: Wire
let namespace: string
beforeAll(async () => {
  admin = wire(bench.cluster.connection)
  namespace = await bench.namespace()
  await admin.send('PATCH', `/api/v1/namespaces/${namespace}`, { metadata: { labels: { team: 'red' } } })
})
afterAll(() => admin[Symbol.dispose]())

interface Wanted {
  readonly validations?: readonly object[]
  /** Beside the validations. */
  readonly policy?: object
  readonly binding?: object
  readonly rule?: object
  readonly constraints?: object
}

const RULE = { operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }
/** What no policy of these tests lets pass: when it is refused, the policy is at work. */
const PROBE = { expression: "object == null || object.metadata.name != 'probe'", message: 'probe' }

let count = 0
/** A policy, bound, at work for objects with the label `for: NAME`. @returns its name */
async function install({ validations = [], policy = {}, binding = {}, rule = {}, constraints = {} }: Wanted): Promise<string> {
  const name = `p${++count}.example.com`
  const objectSelector = { matchLabels: { for: name } }
  const spec = {
    matchConstraints: { resourceRules: [{ ...RULE, ...rule }], objectSelector, ...constraints },
    validations: [PROBE, ...validations],
    ...policy,
  }
  const made = await admin.send('POST', POLICIES, { metadata: { name }, spec })
  expect([made.code, made.body.message]).toEqual([201, undefined])
  const bound = await admin.send('POST', BINDINGS, {
    metadata: { name: `${name}-b` },
    spec: { policyName: name, validationActions: ['Deny'], ...binding },
  })
  expect([bound.code, bound.body.message]).toEqual([201, undefined])
  // A real server reads policies anew every second.
  await eventually(async () => {
    const { body: refusal, warnings } = await admin.send('POST', at('', '?dryRun=All'), {
      ...body(name),
      metadata: { name: 'probe', labels: { for: name } },
    })
    expect([refusal.message, ...warnings].join()).toContain(name)
  })
  return name
}

const at = (name = '', query = '') => `/api/v1/namespaces/${namespace}/configmaps${name && `/${name}`}${query}`
const body = (label: string, data: object = {}) => ({ metadata: { name: `c-${++count}`, labels: { for: label } }, data })
const create = (label: string, data?: object) => admin.send('POST', at(), body(label, data))
/** Without the names of the test's own: `configmaps "X" is forbidden: ValidatingAdmissionPolicy 'P' with binding 'B' denied request: `. */
const told = ({ code, body: { reason, message = '' } }: Reply) =>
  code === 201 || code === 200
    ? code
    : [code, reason, message.replace(/^.* is forbidden: ValidatingAdmissionPolicy '[^']+'( with binding '[^']+')? denied request: /, '')]

describe('a write', () => {
  test('of which an expression does not hold is refused with its message, and one that holds is not', async () => {
    const name = await install({ validations: [{ expression: "object.data.color == 'red'", message: 'only red' }] })
    expect((await create(name, { color: 'red' })).code).toBe(201)
    const refused = await create(name, { color: 'blue' })
    const text = `ValidatingAdmissionPolicy '${name}' with binding '${name}-b' denied request: only red`
    expect(refused.body).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: `configmaps "c-${count}" is forbidden: ${text}`,
      details: { name: `c-${count}`, kind: 'configmaps', causes: [{ message: text }] },
    })
  })

  test.each<[string, object, unknown]>([
    [
      'the expression itself, when there is no message',
      { expression: "  object.data.color == 'red' " },
      [422, 'Invalid', "failed expression: object.data.color == 'red'"],
    ],
    [
      'the message that an expression makes',
      { expression: 'false', message: 'static', messageExpression: "'is ' + object.data.color" },
      [422, 'Invalid', 'is blue'],
    ],
    [
      'the message, when the one that is made is of several lines',
      { expression: 'false', message: 'static', messageExpression: "'a\\nb'" },
      [422, 'Invalid', 'static'],
    ],
    [
      'the message, when none can be made',
      { expression: 'false', message: 'static', messageExpression: 'string(object.data.absent)' },
      [422, 'Invalid', 'static'],
    ],
    ['a reason, with its code', { expression: 'false', message: 'no', reason: 'Forbidden' }, [403, 'Forbidden', 'no']],
    ['another reason', { expression: 'false', message: 'no', reason: 'RequestEntityTooLarge' }, [413, 'RequestEntityTooLarge', 'no']],
    [
      'what went wrong, when it cannot be evaluated',
      { expression: "object.data.absent == 'x'", message: 'no' },
      [422, 'Invalid', "expression 'object.data.absent == 'x'' resulted in error: no such key: absent"],
    ],
  ])('is told %s', async (_, validation, expected) => {
    const name = await install({ validations: [validation] })
    expect(told(await create(name, { color: 'blue' }))).toEqual(expected)
  })

  test('that a policy cannot judge passes, where failures are to be ignored; what it can judge is refused all the same', async () => {
    const validations = [{ expression: "object.data.absent == 'x'" }, { expression: "object.data.color == 'red'", message: 'only red' }]
    const name = await install({ validations, policy: { failurePolicy: 'Ignore' } })
    expect(told(await create(name, { color: 'red' }))).toBe(201)
    expect(told(await create(name, { color: 'blue' }))).toEqual([422, 'Invalid', 'only red'])
  })

  test('of an update shows the object before, and of a deletion nothing else', async () => {
    const validations = [
      { expression: "request.operation != 'UPDATE' || object.data.n >= oldObject.data.n", message: 'must not fall' },
      { expression: "request.operation != 'DELETE' || oldObject.data.n != '2'", message: 'stays' },
    ]
    const name = await install({ validations, rule: { operations: ['*'] } })
    const { metadata } = (await create(name, { n: '1' })).body
    const put = (n: string) =>
      admin.send('PUT', at(metadata.name), { metadata: { name: metadata.name, labels: { for: name } }, data: { n } })
    expect(told(await put('0'))).toEqual([422, 'Invalid', 'must not fall'])
    expect(told(await put('2'))).toBe(200)
    expect(told(await admin.send('DELETE', at(metadata.name)))).toEqual([422, 'Invalid', 'stays'])
    expect(told(await put('3'))).toBe(200)
    expect(told(await admin.send('DELETE', at(metadata.name)))).toBe(200)
  })

  test('is seen with its request, its namespace and its user', async () => {
    const expression =
      "request.name == object.metadata.name && request.namespace == namespaceObject.metadata.name && namespaceObject.metadata.labels.team == 'red'" +
      " && request.kind.kind == 'ConfigMap' && request.resource.resource == 'configmaps' && request.operation == 'CREATE' && !request.dryRun" +
      " && 'system:authenticated' in request.userInfo.groups && request.userInfo.username != ''"
    const name = await install({ validations: [{ expression }] })
    expect(told(await create(name))).toBe(201)
  })

  test('with a name that the server is to make is told of by what was given of it', async () => {
    const name = await install({ validations: [{ expression: 'false', message: 'no' }] })
    const { body: refusal } = await admin.send('POST', at(), { metadata: { generateName: 'made-', labels: { for: name } } })
    expect(refusal.message).toMatch(/^configmaps "made-[a-z0-9]*" is forbidden/)
  })
})

describe('variables', () => {
  test('are evaluated when they are asked for, may use those before them, and what went wrong in one is told', async () => {
    const variables = [
      { name: 'size', expression: 'object.data.size()' },
      { name: 'double', expression: 'variables.size * 2' },
      { name: 'broken', expression: 'object.data.absent' },
    ]
    const validations = [{ expression: 'variables.double < 4', messageExpression: "string(variables.double) + ' is too much'" }]
    const name = await install({ validations, policy: { variables } })
    expect(told(await create(name, { a: '1' }))).toBe(201)
    expect(told(await create(name, { a: '1', b: '2' }))).toEqual([422, 'Invalid', '4 is too much'])
    const broken = await install({ validations: [{ expression: "variables.broken == 'x'" }], policy: { variables } })
    expect(told(await create(broken, { a: '1' }))).toEqual([
      422,
      'Invalid',
      `expression 'variables.broken == 'x'' resulted in error: composited variable "broken" fails to evaluate: no such key: absent`,
    ])
  })
})

describe('what a policy concerns', () => {
  test('is narrowed by conditions, of which one that fails counts as the failure policy says', async () => {
    const matchConditions = [{ name: 'wanted', expression: "!has(object.data) || !('skip' in object.data) || object.data.skip != 'yes'" }]
    const name = await install({ validations: [{ expression: 'false', message: 'no' }], policy: { matchConditions } })
    expect(told(await create(name, { skip: 'yes' }))).toBe(201)
    expect(told(await create(name, { skip: 'no' }))).toEqual([422, 'Invalid', 'no'])
    const failing = await install({
      validations: [{ expression: 'true' }],
      policy: { matchConditions: [{ name: 'failing', expression: "object.metadata.name == 'probe' || object.data.absent == 'x'" }] },
    })
    expect(told(await create(failing, { a: '1' }))).toEqual([
      422,
      'Invalid',
      "expression 'object.metadata.name == 'probe' || object.data.absent == 'x'' resulted in error: no such key: absent",
    ])
  })

  test('are the rules without the excluded ones, names, namespaces, and what the binding narrows further', async () => {
    const denies = [{ expression: 'false', message: 'no' }]
    const excluded = await install({ validations: denies, constraints: { excludeResourceRules: [{ ...RULE, resourceNames: ['free'] }] } })
    const named = (label: string, name: string) => admin.send('POST', at('', '?dryRun=All'), { metadata: { name, labels: { for: label } } })
    expect(told(await named(excluded, 'free'))).toBe(201)
    expect(told(await named(excluded, 'bound'))).toEqual([422, 'Invalid', 'no'])
    const only = await install({ validations: denies, rule: { resourceNames: ['probe', 'bound'] } })
    expect(told(await named(only, 'free'))).toBe(201)
    expect(told(await named(only, 'bound'))).toEqual([422, 'Invalid', 'no'])
    const binding = {
      matchResources: {
        resourceRules: [{ ...RULE, resourceNames: ['probe', 'bound'] }],
        namespaceSelector: { matchLabels: { team: 'red' } },
      },
    }
    const bound = await install({ validations: denies, binding })
    expect(told(await named(bound, 'free'))).toBe(201)
    expect(told(await named(bound, 'bound'))).toEqual([422, 'Invalid', 'no'])
  })

  test('is another version of the resource too, unless it is to be exact', async () => {
    const rule = { apiGroups: ['events.k8s.io'], resources: ['events'] }
    const event = (label: string, name: string) => ({
      metadata: { name, labels: { for: label } },
      involvedObject: { kind: 'Pod', name: 'x', namespace },
      reason: 'R',
      message: 'm',
      type: 'Normal',
    })
    const name = `equivalent-${++count}.example.com`
    const matchConstraints = { resourceRules: [{ ...RULE, ...rule }], objectSelector: { matchLabels: { for: name } } }
    // `note` is `message` in the other version.
    const validations = [{ expression: "object.note != 'm'", message: 'seen as events.k8s.io' }]
    await admin.send('POST', POLICIES, { metadata: { name }, spec: { matchConstraints, validations } })
    await admin.send('POST', BINDINGS, { metadata: { name }, spec: { policyName: name, validationActions: ['Deny'] } })
    await eventually(async () =>
      expect(told(await admin.send('POST', `/api/v1/namespaces/${namespace}/events?dryRun=All`, event(name, 'e')))).toEqual([
        422,
        'Invalid',
        'seen as events.k8s.io',
      ]),
    )
  })

  test('is nothing without a binding, and nothing any more without the policy', async () => {
    const name = await install({ validations: [{ expression: 'false', message: 'no' }] })
    expect((await create(name)).code).toBe(422)
    await admin.send('DELETE', `${BINDINGS}/${name}-b`)
    await eventually(async () => expect((await create(name)).code).toBe(201))
  })

  test('is never a policy itself: one that forbids everything can be taken away', async () => {
    const name = await install({
      validations: [{ expression: "!request.resource.group.startsWith('admissionregistration')", message: 'no' }],
      rule: { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] },
      constraints: { objectSelector: {}, namespaceSelector: { matchLabels: { team: 'red' } } },
    })
    expect((await admin.send('DELETE', `${BINDINGS}/${name}-b`)).code).toBe(200)
    expect((await admin.send('DELETE', `${POLICIES}/${name}`)).code).toBe(200)
    await eventually(async () => expect((await create(name)).code).toBe(201))
  })
})

describe('the actions of a binding', () => {
  test('Warn warns and lets pass', async () => {
    const name = await install({ validations: [{ expression: 'false', message: 'odd' }], binding: { validationActions: ['Warn'] } })
    const { code, warnings } = await create(name)
    expect(code).toBe(201)
    expect(warnings).toEqual([`Validation failed for ValidatingAdmissionPolicy '${name}' with binding '${name}-b': odd`])
  })
})

describe('parameters', () => {
  const limit = [
    { expression: 'params == null || int(object.data.n) <= int(params.data.limit)', messageExpression: "'more than ' + params.data.limit" },
  ]
  const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' }
  const parameter = (name: string, value: string, labels: object = {}) =>
    admin.send('POST', at(), { metadata: { name, labels }, data: { limit: value } })

  test('come by name, from the namespace of the object or of the reference; a missing one is as the binding says', async () => {
    await parameter('limit-a', '5')
    const named = await install({
      validations: limit,
      policy: { paramKind },
      binding: { paramRef: { name: 'limit-a', parameterNotFoundAction: 'Deny' } },
    })
    expect(told(await create(named, { n: '5' }))).toBe(201)
    expect(told(await create(named, { n: '6' }))).toEqual([422, 'Invalid', 'more than 5'])
    await admin.send('DELETE', at('limit-a'))
    await eventually(async () =>
      expect(told(await create(named, { n: '5' }))).toEqual([
        422,
        'Invalid',
        'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
      ]),
    )
  })

  test('may be several, by their labels, and each counts', async () => {
    await parameter('limit-b', '9', { limits: 'many' })
    await parameter('limit-c', '3', { limits: 'many' })
    const paramRef = { selector: { matchLabels: { limits: 'many' } }, namespace, parameterNotFoundAction: 'Deny' }
    const name = await install({ validations: limit, policy: { paramKind }, binding: { paramRef } })
    expect(told(await create(name, { n: '3' }))).toBe(201)
    expect(told(await create(name, { n: '4' }))).toEqual([422, 'Invalid', 'more than 3'])
  })

  test('of a kind that is not served make the policy refuse', async () => {
    const name = await install({
      validations: [{ expression: 'true' }],
      policy: { paramKind: { apiVersion: 'demo.io/v1', kind: 'Absent' } },
      binding: { paramRef: { name: 'x', parameterNotFoundAction: 'Allow' } },
    })
    expect(told(await create(name))).toEqual([
      422,
      'Invalid',
      "failed to configure policy: failed to find resource referenced by paramKind: 'demo.io/v1, Kind=Absent'",
    ])
  })
})

describe('a policy', () => {
  const valid = { matchConstraints: { resourceRules: [RULE] }, validations: [{ expression: 'true' }] }
  const problems = async (kind: string, spec: object) => {
    const { code, body: refusal } = await admin.send('POST', `${kind}?dryRun=All`, { metadata: { name: 'x.example.com' }, spec })
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
  })

  test.each<[string, object, readonly string[]]>([
    ['no constraints', { validations: [{ expression: 'true' }] }, ['spec.matchConstraints: Required value']],
    ['no rules', { ...valid, matchConstraints: {} }, ['spec.matchConstraints.resourceRules: Required value']],
    [
      'nothing to say',
      { matchConstraints: valid.matchConstraints },
      [
        'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
        'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
      ],
    ],
    [
      'an empty expression',
      { ...valid, validations: [{ expression: ' ' }] },
      ['spec.validations[0].expression: Required value: expression is not specified'],
    ],
    [
      'an expression that is no condition',
      { ...valid, validations: [{ expression: "'a'" }] },
      ['spec.validations[0].expression: Invalid value: "\'a\'": must evaluate to bool but got string'],
    ],
    [
      'an expression that does not compile',
      { ...valid, validations: [{ expression: 'absent' }] },
      [
        "spec.validations[0].expression: Invalid value: \"absent\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'absent' (in container '')\n | absent\n | ^",
      ],
    ],
    [
      'params without their kind',
      { ...valid, validations: [{ expression: 'params != null' }] },
      [
        "spec.validations[0].expression: Invalid value: \"params != null\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params != null\n | ^",
      ],
    ],
    [
      'a message expression that is no text',
      { ...valid, validations: [{ expression: 'true', messageExpression: '1' }] },
      ['spec.validations[0].messageExpression: Invalid value: "1": must evaluate to string but got int'],
    ],
    [
      'a message of two lines, an unknown reason',
      { ...valid, validations: [{ expression: 'true', message: 'a\nb', reason: 'Odd' }] },
      [
        'spec.validations[0].message: Invalid value: "a\\nb": must not contain line breaks',
        'spec.validations[0].reason: Unsupported value: "Odd": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
      ],
    ],
    [
      'variables with bad names, and one that is used before it is there',
      {
        ...valid,
        variables: [
          { name: '1a', expression: 'true' },
          { name: 'b', expression: 'variables.c' },
          { name: 'c', expression: 'true' },
        ],
      },
      [
        'spec.variables[0].name: Invalid value: "1a": must be a valid CEL identifier',
        'spec.variables[1].expression: Invalid value: "variables.c": compilation failed: ERROR: <input>:1:10: undefined field \'c\'\n | variables.c\n | .........^',
      ],
    ],
    [
      'a bad kind of parameters',
      { ...valid, paramKind: { apiVersion: 'a/b/c', kind: '' } },
      ['spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c', 'spec.paramKind.kind: Required value'],
    ],
    [
      'audit annotations that are no text, or twice',
      {
        ...valid,
        auditAnnotations: [
          { key: 'k', valueExpression: '1' },
          { key: 'k', valueExpression: "'a'" },
        ],
      },
      [
        'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int',
        'spec.auditAnnotations[1].key: Duplicate value: "k"',
      ],
    ],
  ])('with %s is refused', async (_, spec, expected) => {
    expect(await problems(POLICIES, spec)).toEqual(expected)
  })

  test.each<[string, object, readonly string[]]>([
    [
      'no policy and no action',
      {},
      ['spec.policyName: Required value', 'spec.validationActions: Required value: at least one validation action is required'],
    ],
    [
      'Deny and Warn',
      { policyName: 'p', validationActions: ['Deny', 'Warn'] },
      [
        'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ],
    ],
    [
      'an unknown action',
      { policyName: 'p', validationActions: ['Shout'] },
      ['spec.validationActions[0]: Unsupported value: "Shout": supported values: "Audit", "Deny", "Warn"'],
    ],
    [
      'parameters by name and by labels',
      { policyName: 'p', validationActions: ['Deny'], paramRef: { name: 'a', selector: {}, parameterNotFoundAction: 'Deny' } },
      [
        'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
        'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
      ],
    ],
    [
      'parameters by nothing',
      { policyName: 'p', validationActions: ['Deny'], paramRef: {} },
      ['spec.paramRef: Required value: one of name or selector must be specified', 'spec.paramRef.parameterNotFoundAction: Required value'],
    ],
  ])('whose binding has %s is refused', async (_, spec, expected) => {
    expect(await problems(BINDINGS, spec)).toEqual(expected)
  })
})
