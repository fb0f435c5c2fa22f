// The authorizer that expressions of policies ask about rights. The same on both servers.
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type Wire, wire } from './wire.ts'

const bench = useCluster()
const GROUP = '/apis/admissionregistration.k8s.io/v1'
const RBAC = '/apis/rbac.authorization.k8s.io/v1'

let admin: Wire
let namespace: string
beforeAll(async () => {
  admin = wire(bench.cluster.connection)
  namespace = await bench.namespace()
  const rules = [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'get'] },
    { apiGroups: ['apps'], resources: ['deployments/scale'], resourceNames: ['web'], verbs: ['patch'] },
  ]
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ann' }]
  await admin.send('POST', `${RBAC}/clusterroles`, {
    metadata: { name: 'ann' },
    rules: [...rules, { nonResourceURLs: ['/metrics'], verbs: ['get'] }],
  })
  await admin.send('POST', `${RBAC}/clusterrolebindings`, {
    metadata: { name: 'ann' },
    subjects,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'ann' },
  })
})
afterAll(() => admin[Symbol.dispose]())

let count = 0
/** Whether an expression holds of a write by ann. */
const said = (expression: string) =>
  told({
    validations: [
      { expression: `!(${expression})`, message: 'yes' },
      { expression, message: 'no' },
    ],
  })

/** What a policy says of a write by ann. */
async function told(policy: object): Promise<unknown> {
  const name = `a${++count}.example.com`
  const spec = {
    matchConstraints: {
      resourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
      objectSelector: { matchLabels: { for: name } },
    },
    ...policy,
  }
  const made = await admin.send('POST', `${GROUP}/validatingadmissionpolicies`, { metadata: { name }, spec })
  expect([made.code, made.body.message]).toEqual([201, undefined])
  await admin.send('POST', `${GROUP}/validatingadmissionpolicybindings`, {
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  })
  return eventually(async () => {
    const body = { metadata: { name: 'x', labels: { for: name } } }
    const { code, body: refusal } = await admin.send('POST', `/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, body, {
      'impersonate-user': 'ann',
    })
    expect(code).toBe(422)
    return String(refusal.message).replace(/^.* denied request: /, '')
  })
}

describe('the authorizer', () => {
  test.each([
    ['what a user may', "authorizer.group('').resource('configmaps').check('get').allowed()", 'yes'],
    ['what a user may not', "authorizer.group('').resource('secrets').namespace('x').check('get').allowed()", 'no'],
    [
      'a part of one object',
      "authorizer.group('apps').resource('deployments').subresource('scale').namespace('x').name('web').check('patch').allowed()",
      'yes',
    ],
    [
      'the same part of another',
      "authorizer.group('apps').resource('deployments').subresource('scale').namespace('x').name('db').check('patch').allowed()",
      'no',
    ],
    ['a path', "authorizer.path('/metrics').check('get').allowed()", 'yes'],
    ['another path', "authorizer.path('/debug').check('get').allowed()", 'no'],
    ['what the request is about', "authorizer.requestResource.check('create').allowed()", 'yes'],
    ['another verb for it', "authorizer.requestResource.check('delete').allowed()", 'no'],
    ['a ServiceAccount', "authorizer.serviceAccount('default', 'default').group('').resource('configmaps').check('get').allowed()", 'no'],
    ['whether it could be decided', "authorizer.path('/x').check('get').errored()", 'no'],
  ])('knows %s', async (_, expression, expected) => {
    expect(await said(expression)).toBe(expected)
  })

  test('tells why, when somebody allows', async () => {
    const reason = 'RBAC: allowed by ClusterRoleBinding "ann" of ClusterRole "ann" to User "ann"'
    expect(await said(`authorizer.path('/metrics').check('get').reason() == '${reason}'`)).toBe('yes')
  })

  test('is not there for messages, nor for the variables that they use', async () => {
    const variables = [{ name: 'may', expression: "authorizer.path('/metrics').check('get').allowed()" }]
    const validations = [{ expression: '!variables.may', messageExpression: 'string(variables.may)' }]
    expect(await told({ variables, validations })).toBe('failed expression: !variables.may')
  })

  test('must not be asked about nothing', async () => {
    expect(await said("authorizer.path(' ').check('get').allowed()")).toContain('path must not be empty')
  })

  test.each([
    [
      'asked without a resource',
      "authorizer.group('').check('get').allowed()",
      "found no matching overload for 'check' applied to 'kubernetes.authorization.GroupCheck.(string)'",
    ],
  ])('cannot be %s', async (_, expression, problem) => {
    const { body } = await admin.send('POST', `${GROUP}/validatingadmissionpolicies?dryRun=All`, {
      metadata: { name: 'x.example.com' },
      spec: {
        matchConstraints: { resourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }] },
        validations: [{ expression }],
      },
    })
    expect(body.message ?? '').toContain(problem)
  })
})
