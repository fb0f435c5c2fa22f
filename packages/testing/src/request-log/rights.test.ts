import { expect, test } from 'vitest'
import { compareRights } from './rights.ts'

const request = (method: string, url: string) => {
  const { pathname, searchParams } = new URL(url, 'http://x')
  return { method, path: pathname, query: searchParams }
}
const READ_PODS = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }

test('what was granted and used to the last verb leaves nothing to say', () => {
  const requests = [
    request('GET', '/api/v1/pods'),
    request('GET', '/api/v1/pods?watch=true'),
    request('GET', '/api/v1/namespaces/a/pods/b'),
  ]
  expect(compareRights([READ_PODS], requests)).toEqual({ missing: [], unused: [] })
})

test('what was not granted is named as one would grant it; what was not used as well', () => {
  const requests = [request('GET', '/api/v1/pods'), request('PATCH', '/apis/apps/v1/namespaces/a/deployments/b/scale')]
  expect(compareRights([READ_PODS], requests)).toEqual({ missing: ['patch deployments.apps/scale'], unused: ['get pods', 'watch pods'] })
})

test('the right on a resource is none on its subresource', () => {
  const rule = { apiGroups: ['x.dev'], resources: ['things'], verbs: ['update'] }
  expect(compareRights([rule], [request('PUT', '/apis/x.dev/v1/namespaces/a/things/b/status')])).toEqual({
    missing: ['update things.x.dev/status'],
    unused: ['update things.x.dev'],
  })
})

test('a right on a named object covers that object alone, and no create or list', () => {
  const rule = { apiGroups: [''], resources: ['secrets'], resourceNames: ['tls'], verbs: ['get', 'list'] }
  const requests = [request('GET', '/api/v1/namespaces/a/secrets/tls'), request('GET', '/api/v1/namespaces/a/secrets/other')]
  expect(compareRights([rule], requests)).toEqual({ missing: ['get secrets'], unused: ['list secrets (tls)'] })
})

test('wildcards grant what RBAC grants by them', () => {
  const all = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }
  const paths = { nonResourceURLs: ['/metrics/*'], verbs: ['get'] }
  const requests = [request('DELETE', '/apis/x.dev/v1/things/b'), request('GET', '/metrics/cadvisor')]
  expect(compareRights([all, paths], requests)).toEqual({ missing: [], unused: [] })
})

test('a right for everything is not used by what a narrower one allows', () => {
  const all = { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }
  const requests = ['/api/v1/pods', '/api/v1/pods?watch=1', '/api/v1/namespaces/a/pods/b', '/apis/x.dev/v1/things'].map((path) =>
    request('GET', path),
  )
  expect(compareRights([all, READ_PODS], requests)).toEqual({ missing: [], unused: ['get *.*', 'watch *.*'] })
})

test('discovery and health are everybody’s; other paths are not', () => {
  const requests = ['/apis', '/api/v1', '/apis/apps/v1', '/version', '/readyz', '/metrics'].map((path) => request('GET', path))
  expect(compareRights([], requests).missing).toEqual(['get /metrics'])
})
