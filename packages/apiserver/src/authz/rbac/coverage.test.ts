import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeMissing, uncovered } from './coverage.ts'
import { type PolicyRule, ruleAllows } from './rule.ts'

const rule = (apiGroups: string, resources: string, verbs: string, resourceNames?: string): PolicyRule => ({
  apiGroups: apiGroups.split(','),
  resources: resources.split(','),
  verbs: verbs.split(','),
  ...(resourceNames === undefined ? {} : { resourceNames: resourceNames.split(',') }),
})
const paths = (urls: string, verbs: string): PolicyRule => ({ nonResourceURLs: urls.split(','), verbs: verbs.split(',') })

test.each([
  ['the same', [rule('', 'pods', 'get')], rule('', 'pods', 'get'), ''],
  ['more in two rules', [rule('', 'pods', 'get'), rule('', 'pods', 'list')], rule('', 'pods', 'get,list'), ''],
  ['a star for verbs', [rule('', 'pods', '*')], rule('', 'pods', 'get'), ''],
  ['a star for resources', [rule('', '*', 'get')], rule('', 'pods/log', 'get'), ''],
  ['a star for one part', [rule('', '*/log', 'get')], rule('', 'pods/log', 'get'), ''],
  ['all names for one', [rule('', 'pods', 'get')], rule('', 'pods', 'get', 'a'), ''],
  ['paths below a path', [paths('/a/*', 'get')], paths('/a/b', 'get'), ''],
  ['one name for all', [rule('', 'pods', 'get', 'a')], rule('', 'pods', 'get'), '{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
  [
    'one name for two',
    [rule('', 'pods', 'get', 'a')],
    rule('', 'pods', 'get', 'a,b'),
    '{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}',
  ],
  ['a verb for a star', [rule('', 'pods', 'get')], rule('', 'pods', '*'), '{APIGroups:[""], Resources:["pods"], Verbs:["*"]}'],
  [
    'the object for its part',
    [rule('', 'pods', 'get')],
    rule('', 'pods/log', 'get'),
    '{APIGroups:[""], Resources:["pods/log"], Verbs:["get"]}',
  ],
  [
    'another group',
    [rule('apps', 'pods', 'get')],
    rule('', 'pods', 'get,list'),
    '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
  ],
  [
    'resources for paths',
    [rule('*', '*', '*')],
    paths('/a', 'get,post'),
    '{NonResourceURLs:["/a"], Verbs:["get"]}\n{NonResourceURLs:["/a"], Verbs:["post"]}',
  ],
  ['paths for resources', [paths('*', '*')], rule('', 'pods', 'get'), '{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
] as const)('who holds %s lacks what is told', (_, held, wanted, missing) => {
  expect(describeMissing(uncovered(held, [wanted]))).toBe(missing)
})

const some = (...values: readonly string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 })
const rules = fc.array(
  fc.record(
    {
      apiGroups: some('', 'apps', '*'),
      resources: some('pods', 'pods/log', '*/log', 'deployments', '*'),
      verbs: some('get', 'list', 'delete', '*'),
      resourceNames: some('a', 'b'),
    },
    { requiredKeys: ['apiGroups', 'resources', 'verbs'] },
  ),
  { maxLength: 4 },
)
const request = fc.record({
  group: fc.constantFrom('', 'apps', 'batch'),
  resource: fc.constantFrom('pods', 'deployments', 'jobs'),
  subresource: fc.constantFrom('', 'log', 'scale'),
  verb: fc.constantFrom('get', 'list', 'delete', 'watch'),
  name: fc.constantFrom('', 'a', 'b', 'c'),
})

test('what is covered allows nothing that is not held', () => {
  fc.assert(
    fc.property(rules, rules, request, (held, wanted, asked) => {
      fc.pre(uncovered(held, wanted).length === 0)
      const attributes = { is: 'resource', user: { name: 'u', groups: [] }, version: 'v1', namespace: '', ...asked } as const
      const allows = (each: PolicyRule) => ruleAllows(each, attributes)
      expect(wanted.some(allows) && !held.some(allows)).toBe(false)
    }),
  )
})

test('everybody covers themselves', () => {
  fc.assert(
    fc.property(rules, (held) => {
      expect(uncovered(held, held)).toEqual([])
    }),
  )
})
