import { labelSelectorOf } from '@kubewright/core'
import { expect, test } from 'vitest'
import type { WebhookRule } from './configuration.ts'
import { objectMatches, type RuleTarget, ruleMatches } from './matching.ts'

const rule = (over: Partial<WebhookRule> = {}): WebhookRule => ({
  operations: ['CREATE'],
  apiGroups: ['apps'],
  apiVersions: ['v1'],
  resources: ['deployments'],
  ...over,
})
const target = (over: Partial<RuleTarget> = {}): RuleTarget => ({
  operation: 'CREATE',
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  subresource: '',
  namespace: 'a',
  ...over,
})

test.each([
  [{}, {}, true],
  [{}, { operation: 'UPDATE' }, false],
  [{ operations: ['*'] }, { operation: 'DELETE' }, true],
  [{}, { group: '' }, false],
  [{ apiGroups: ['*'] }, { group: '' }, true],
  [{}, { version: 'v2' }, false],
  [{ apiVersions: ['*'] }, { version: 'v2' }, true],
  [{}, { subresource: 'scale' }, false],
  [{ resources: ['deployments/*'] }, { subresource: 'scale' }, true],
  [{ resources: ['deployments/*'] }, {}, true],
  [{ resources: ['*/scale'] }, { subresource: 'scale' }, true],
  [{ resources: ['*/scale'] }, {}, false],
  [{ resources: ['*'] }, { resource: 'pods' }, true],
  [{ resources: ['*'] }, { subresource: 'scale' }, false],
  [{ resources: ['*/*'] }, { subresource: 'scale' }, true],
  [{ scope: 'Namespaced' }, {}, true],
  [{ scope: 'Namespaced' }, { namespace: '' }, false],
  [{ scope: 'Cluster' }, {}, false],
  [{ scope: 'Cluster' }, { namespace: '' }, true],
  [{ scope: 'Cluster', apiGroups: [''], resources: ['namespaces'] }, { group: '', resource: 'namespaces' }, true],
  [{ scope: 'Namespaced', apiGroups: [''], resources: ['namespaces'] }, { group: '', resource: 'namespaces' }, false],
] as const)('a rule with %j is met by %j: %s', (ruled, asked, matches) => {
  expect(ruleMatches(rule(ruled), target(asked))).toBe(matches)
})

const labelled = (team?: string) => ({ metadata: { name: 'x', ...(team === undefined ? {} : { labels: { team } }) } })
test.each([
  [labelled('a'), undefined, true],
  [labelled('b'), undefined, false],
  [labelled('b'), labelled('a'), true],
  [labelled(), labelled('a'), true],
  [undefined, labelled('a'), true],
  [undefined, labelled(), false],
])('of %j and before it %j one must have the label', (object, old, matches) => {
  expect(objectMatches(labelSelectorOf({ matchLabels: { team: 'a' } }), object, old)).toBe(matches)
})
