import { expect, test } from 'vitest'
import { auditPolicyOf } from './policy-document.ts'

const policy = (fields: object) => ({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', ...fields })
const rule = (fields: object) => policy({ rules: [{ level: 'None', ...fields }] })

test('a policy with everything in it is taken', () => {
  const whole = policy({
    metadata: { name: 'a' },
    omitStages: ['RequestReceived'],
    omitManagedFields: true,
    rules: [
      {
        level: 'None',
        users: ['a'],
        userGroups: ['b'],
        verbs: ['get'],
        namespaces: ['c'],
        omitStages: ['Panic'],
        omitManagedFields: false,
      },
      { level: 'Request', resources: [{ group: '', resources: ['pods'], resourceNames: ['p'] }, { group: '*' }] },
      { level: 'Metadata', nonResourceURLs: ['/a*', '*', '/'] },
    ],
  })
  expect(auditPolicyOf(whole)).toBe(whole)
})

test.each<[unknown, string]>([
  ['text', 'it is no Policy of audit.k8s.io/v1: its apiVersion and kind must say so'],
  [policy({}), 'rules: give at least one'],
  [policy({ rules: [] }), 'rules: give at least one'],
  [policy({ rules: {} }), 'rules must be a list'],
  [policy({ rules: [5] }), 'rules[0] is no object'],
  [policy({ rules: [{}] }), 'rules[0].level is missing: give one of None, Metadata, Request, RequestResponse'],
  [rule({ level: 'All' }), 'rules[0].level is "All": give one of None, Metadata, Request, RequestResponse'],
  [
    policy({ omitStages: ['Bad'], rules: [{ level: 'None', omitStages: ['Worse'] }] }),
    'omitStages[0] is "Bad": give one of RequestReceived, ResponseStarted, ResponseComplete, Panic; rules[0].omitStages[0] is "Worse": give one of RequestReceived, ResponseStarted, ResponseComplete, Panic',
  ],
  [policy({ extra: 1, rules: [] }), 'unknown field "extra": give apiVersion, kind, metadata, rules, omitStages, omitManagedFields'],
  [
    rule({ verb: ['get'] }),
    'unknown field "rules[0].verb": give level, users, userGroups, verbs, resources, namespaces, nonResourceURLs, omitStages, omitManagedFields',
  ],
  [rule({ resources: [{ kind: 'Pod' }] }), 'unknown field "rules[0].resources[0].kind": give group, resources, resourceNames'],
  [
    rule({ constructor: 1 }),
    'unknown field "rules[0].constructor": give level, users, userGroups, verbs, resources, namespaces, nonResourceURLs, omitStages, omitManagedFields',
  ],
  [rule({ users: 'a' }), 'rules[0].users must be a list of texts'],
  [rule({ verbs: [1] }), 'rules[0].verbs must be a list of texts'],
  [rule({ omitManagedFields: 'yes' }), 'rules[0].omitManagedFields must be true or false'],
  [rule({ nonResourceURLs: ['x'] }), 'rules[0].nonResourceURLs[0] is "x": begin it with "/"'],
  [rule({ nonResourceURLs: ['/a*b'] }), 'rules[0].nonResourceURLs[0] is "/a*b": "*" must be its last character'],
  [
    rule({ nonResourceURLs: ['/a'], namespaces: ['b'] }),
    'rules[0].nonResourceURLs: a rule is about resources or about other URLs, not about both: make two',
  ],
  [
    rule({ resources: [{ group: 'apps/v1' }] }),
    'rules[0].resources[0].group is "apps/v1": give the name of an API group, without its version',
  ],
  [rule({ resources: [{ resourceNames: ['a'] }] }), 'rules[0].resources[0].resourceNames: name the resources too'],
])('%j is refused', (document, problem) => {
  expect(() => auditPolicyOf(document)).toThrow(`audit policy: ${problem}`)
})
