import { expect, test } from 'vitest'
import { hashOf, parseRoute, type Route } from './route.ts'

test.each<Route>([
  { at: 'overview' },
  { at: 'objects', filter: '' },
  { at: 'objects', filter: 'ns:shop is:failing' },
  { at: 'object', id: 'Pod/shop/a%b' },
  { at: 'object', id: 'ClusterRole.rbac.authorization.k8s.io//system:a|b' },
  { at: 'view', name: 'vault-sync' },
])('%j can be written and read', (route) => {
  expect(parseRoute(hashOf(route))).toEqual(route)
})

test.each(['', '#', '#/', '#/nowhere', '#/object/', '#/view'])('"%s" is the overview', (hash) => {
  expect(parseRoute(hash)).toEqual({ at: 'overview' })
})

test('what was typed by hand and is not encoded is taken as it is', () => {
  expect(parseRoute('#/objects/100%')).toEqual({ at: 'objects', filter: '100%' })
})
