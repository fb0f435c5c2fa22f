// What the status of ValidatingAdmissionPolicies tells of their expressions and the types that they are for. The same on both servers.
import { eventually } from '@kubewright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { type Reply, type Wire, wire } from './wire.ts'

const bench = useCluster({ controllers: true })
const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'

let admin: Wire
beforeAll(() => {
  admin = wire(bench.cluster.connection)
})
afterAll(() => admin[Symbol.dispose]())

const rule = (group: string, ...resources: readonly string[]) => ({
  operations: ['CREATE'],
  apiGroups: [group],
  apiVersions: ['v1'],
  resources,
})

let count = 0
/** The status of a policy, when it is there. */
async function statusOf(spec: object, rules: readonly object[]): Promise<Reply['body']> {
  const name = `t${++count}.example.com`
  const made = await admin.send('POST', POLICIES, { metadata: { name }, spec: { matchConstraints: { resourceRules: rules }, ...spec } })
  expect([made.code, made.body.message]).toEqual([201, undefined])
  return eventually(async () => {
    const { status } = (await admin.send('GET', `${POLICIES}/${name}`)).body
    expect(status?.observedGeneration).toBe(1)
    return status
  })
}

const told = (status: Reply['body']) =>
  ((status.typeChecking?.expressionWarnings ?? []) as readonly Reply['body'][]).map(({ fieldRef, warning }) => [fieldRef, warning])

test('of what fits it says that it has looked', async () => {
  const validations = [{ expression: "object.spec.replicas > 1 && object.metadata.labels['a'] == 'b'" }]
  expect(await statusOf({ validations }, [rule('apps', 'deployments')])).toEqual({ observedGeneration: 1, typeChecking: {} })
})

test('of what does not it names the field, the type and the problem', async () => {
  const validations = [{ expression: 'object.replicas > 1' }, { expression: 'true' }, { expression: "object.spec.replicas > '1'" }]
  const status = await statusOf({ validations }, [rule('apps', 'deployments')])
  expect(told(status)).toEqual([
    [
      'spec.validations[0].expression',
      "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n",
    ],
    [
      'spec.validations[2].expression',
      "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '(int, string)'\n | object.spec.replicas > '1'\n | .....................^\n",
    ],
  ])
})

test('each type that a policy is for is told, and only types that are named', async () => {
  const validations = [{ expression: 'object.spec.serviceName == object.metadata.name', messageExpression: 'string(object.odd)' }]
  const status = await statusOf({ validations }, [rule('apps', 'statefulsets', 'replicasets'), rule('*', 'deployments')])
  expect(told(status)).toEqual([
    [
      'spec.validations[0].expression',
      "apps/v1, Kind=ReplicaSet: ERROR: <input>:1:12: undefined field 'serviceName'\n | object.spec.serviceName == object.metadata.name\n | ...........^\n",
    ],
    [
      'spec.validations[0].messageExpression',
      "apps/v1, Kind=ReplicaSet: ERROR: <input>:1:14: undefined field 'odd'\n | string(object.odd)\n | .............^\n\napps/v1, Kind=StatefulSet: ERROR: <input>:1:14: undefined field 'odd'\n | string(object.odd)\n | .............^\n",
    ],
  ])
})

test('variables have the types of what they come to', async () => {
  const variables = [{ name: 'wanted', expression: 'object.spec.replicas' }]
  const validations = [{ expression: "variables.wanted == 'x'" }]
  expect(told(await statusOf({ variables, validations }, [rule('apps', 'deployments')]))).toEqual([
    [
      'spec.validations[0].expression',
      "apps/v1, Kind=Deployment: ERROR: <input>:1:18: found no matching overload for '_==_' applied to '(int, string)'\n | variables.wanted == 'x'\n | .................^\n",
    ],
  ])
})

test('parameters have their types', async () => {
  const validations = [{ expression: 'params.data.limit == params.dat' }]
  const spec = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations }
  expect(told(await statusOf(spec, [rule('', 'pods')]))).toEqual([
    [
      'spec.validations[0].expression',
      "/v1, Kind=Pod: ERROR: <input>:1:28: undefined field 'dat'\n | params.data.limit == params.dat\n | ...........................^\n",
    ],
  ])
})
