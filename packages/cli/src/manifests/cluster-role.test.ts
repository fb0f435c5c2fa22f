import { expect, test } from 'vitest'
import { mergeRules } from './cluster-role.ts'

const rule = (resource: string, ...verbs: string[]) => ({ apiGroups: ['a.dev'], resources: [resource], verbs })

test('a right that is asked for twice is given once', () => {
  expect(mergeRules([rule('things', 'get', 'list'), rule('things', 'list', 'watch')])).toEqual([rule('things', 'get', 'list', 'watch')])
})

test('resources with the same verbs share a rule', () => {
  expect(mergeRules([rule('things', 'get'), rule('others', 'get'), rule('things/status', 'patch')])).toEqual([
    { apiGroups: ['a.dev'], resources: ['things', 'others'], verbs: ['get'] },
    rule('things/status', 'patch'),
  ])
})

test('a rule for named objects stays apart from one for all, and groups stay apart', () => {
  const named = { ...rule('things', 'get'), resourceNames: ['one'] }
  const elsewhere = { ...rule('things', 'get'), apiGroups: ['b.dev'] }
  expect(mergeRules([rule('things', 'get'), named, elsewhere])).toEqual([rule('things', 'get'), named, elsewhere])
})
