import { expect, test } from 'vitest'
import { CONFIG_MAPS, configMap, testClient } from '../../../test-client/api-client.ts'

const GROUP = '/apis/admissionregistration.k8s.io/v1'

test('what a policy has to say stands in the audit log: failures by Audit, and annotations, each value once', async () => {
  const events: { readonly verb: string; readonly annotations?: Readonly<Record<string, string>> }[] = []
  await using api = await testClient({
    audit: {
      policy: { rules: [{ level: 'Metadata' }], omitStages: ['RequestReceived'] },
      write: (line) => void events.push(JSON.parse(line)),
    },
  })
  const matchConstraints = {
    resourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
  }
  const spec = {
    matchConstraints,
    validations: [{ expression: 'true' }, { expression: 'false', message: 'odd' }],
    auditAnnotations: [{ key: 'name', valueExpression: 'string(object.metadata.name)' }],
  }
  expect((await api.post(`${GROUP}/validatingadmissionpolicies`, { metadata: { name: 'p.example.com' }, spec })).code).toBe(201)
  for (const name of ['first', 'second'])
    await api.post(`${GROUP}/validatingadmissionpolicybindings`, {
      metadata: { name },
      spec: { policyName: 'p.example.com', validationActions: ['Audit'] },
    })
  expect((await api.post(CONFIG_MAPS, configMap('a'))).code).toBe(201)
  const { annotations = {} } = events.at(-1)!
  expect(annotations['p.example.com/name']).toBe('a')
  expect(JSON.parse(annotations['validation.policy.admission.k8s.io/validation_failure'] ?? '')).toEqual([
    { message: 'odd', policy: 'p.example.com', binding: 'first', expressionIndex: 1, validationActions: ['Audit'] },
  ])
})
