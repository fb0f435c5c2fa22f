import { expect, test } from 'vitest'
import { mergeRules, ownRule, rbac, readRule, reconcileRules } from './permissions.ts'

const websites = { group: 'example.dev', plural: 'websites' }

test('a controller may read its kind and write its status, not its spec', () => {
  expect(mergeRules(reconcileRules(websites))).toEqual([
    { apiGroups: ['example.dev'], resources: ['websites'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['example.dev'], resources: ['websites/status'], verbs: ['get', 'patch', 'update'] },
  ])
})

test('with finalizers it may write the metadata too', () => {
  const [own] = reconcileRules(websites, { finalizers: true })
  expect(own?.verbs).toContain('patch')
})

test('rules for one resource become one rule, in whatever order they were declared', () => {
  const pods = { group: '', plural: 'pods' }
  const rules = [readRule(pods), ownRule(pods), readRule({ group: '', plural: 'services' })]
  expect(mergeRules(rules)).toEqual(mergeRules(rules.toReversed()))
  expect(mergeRules(rules)).toEqual([
    { apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'] },
    { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] },
  ])
})

test('resources with the same verbs share a rule', () => {
  expect(mergeRules([readRule({ group: '', plural: 'pods' }), readRule({ group: '', plural: 'nodes' })])).toEqual([
    { apiGroups: [''], resources: ['nodes', 'pods'], verbs: ['get', 'list', 'watch'] },
  ])
})

test('a right on one named object never widens to all of them', () => {
  const named = { apiGroups: [''], resources: ['secrets'], resourceNames: ['tls'], verbs: ['get'] }
  expect(mergeRules([named, { apiGroups: [''], resources: ['secrets'], verbs: ['list'] }])).toHaveLength(2)
})

test('paths that are no resources are kept as they are', () => {
  const metrics = { nonResourceURLs: ['/metrics'], verbs: ['get'] }
  expect(rbac('reader', [metrics])).toMatchObject({ kind: 'ClusterRole', metadata: { name: 'reader' }, rules: [metrics] })
})
