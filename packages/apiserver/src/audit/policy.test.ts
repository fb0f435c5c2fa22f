import { expect, test } from 'vitest'
import type { Attributes } from '../authz/attributes.ts'
import { type AuditRule, auditDecision } from './policy.ts'

const user = { name: 'ann', groups: ['devs'] }
const pods = (over: object = {}): Attributes => ({
  is: 'resource',
  user,
  verb: 'get',
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace: 'a',
  name: 'p',
  ...over,
})
const path = (text: string): Attributes => ({ is: 'path', user, verb: 'get', path: text })

test.each([
  [{}, pods(), true],
  [{ users: ['eve'] }, pods(), false],
  [{ userGroups: ['ops', 'devs'] }, pods(), true],
  [{ verbs: ['list'] }, pods(), false],
  [{ namespaces: ['b'] }, pods(), false],
  [{ namespaces: ['a'] }, path('/x'), false],
  [{ resources: [{ group: '' }] }, pods(), true],
  [{ resources: [{ group: 'apps' }] }, pods(), false],
  [{ resources: [{ group: '*', resources: ['*'] }] }, pods({ subresource: 'log' }), true],
  [{ resources: [{ resources: ['pods'] }] }, pods({ subresource: 'log' }), false],
  [{ resources: [{ resources: ['pods/log'] }] }, pods({ subresource: 'log' }), true],
  [{ resources: [{ resources: ['*/log'] }] }, pods({ subresource: 'log' }), true],
  [{ resources: [{ resources: ['pods/*'] }] }, pods({ subresource: 'log' }), true],
  [{ resources: [{ resources: ['pods'], resourceNames: ['q'] }] }, pods(), false],
  [{ nonResourceURLs: ['/a*'] }, path('/abc'), true],
  [{ nonResourceURLs: ['/a'] }, path('/abc'), false],
  [{ nonResourceURLs: ['*'] }, pods(), false],
] as const)('a rule with %j fits %j: %s', (rule, attributes, fits) => {
  const rules: readonly AuditRule[] = [{ level: 'Request', ...(rule as Partial<AuditRule>) }]
  expect(auditDecision({ rules }, attributes).level).toBe(fits ? 'Request' : 'None')
})

test('the first rule that fits decides, with its stages and the policy’s left out', () => {
  const rules: readonly AuditRule[] = [
    { level: 'None', verbs: ['list'] },
    { level: 'Metadata', omitStages: ['RequestReceived'] },
    { level: 'Request' },
  ]
  expect(auditDecision({ rules, omitStages: ['Panic'] }, pods())).toEqual({
    level: 'Metadata',
    omitStages: new Set(['Panic', 'RequestReceived']),
    omitManagedFields: false,
  })
})

test('a rule says for itself whether managed fields are left out', () => {
  const left = (policy?: boolean, rule?: boolean) =>
    auditDecision(
      {
        rules: [{ level: 'Request', ...(rule === undefined ? {} : { omitManagedFields: rule }) }],
        ...(policy === undefined ? {} : { omitManagedFields: policy }),
      },
      pods(),
    ).omitManagedFields
  expect([left(), left(true), left(true, false), left(undefined, true)]).toEqual([false, true, false, true])
})
