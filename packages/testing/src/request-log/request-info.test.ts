import { describe, expect, test } from 'vitest'
import { isRead, requestInfo } from './request-info.ts'

const read = (method: string, url: string) => {
  const { pathname, searchParams } = new URL(url, 'http://x')
  const info = requestInfo({ method, path: pathname, query: searchParams })
  if (info.is === 'path') return `${info.verb} ${info.path}`
  const { verb, group, version, resource, subresource, namespace, name } = info
  return [verb, `${resource}${subresource ? `/${subresource}` : ''}`, group || 'core', version, namespace ?? '-', name ?? '-'].join(' ')
}

describe('a request is read as the authorizer reads it', () => {
  test.each([
    ['GET', '/api/v1/pods', 'list pods core v1 - -'],
    ['GET', '/api/v1/pods?watch=true', 'watch pods core v1 - -'],
    ['GET', '/api/v1/namespaces/a/pods/b', 'get pods core v1 a b'],
    ['GET', '/api/v1/namespaces/a/pods?watch=1&fieldSelector=metadata.name%3Db', 'watch pods core v1 a b'],
    ['GET', '/api/v1/pods?fieldSelector=metadata.name!%3Db,spec.nodeName%3Dn', 'list pods core v1 - -'],
    ['GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn,metadata.name%3D%3Db', 'list pods core v1 - b'],
    ['POST', '/apis/apps/v1/namespaces/a/deployments', 'create deployments apps v1 a -'],
    ['PATCH', '/apis/apps/v1/namespaces/a/deployments/b/scale', 'patch deployments/scale apps v1 a b'],
    ['PUT', '/apis/x.dev/v1/namespaces/a/things/b/status', 'update things/status x.dev v1 a b'],
    ['DELETE', '/apis/x.dev/v1/things/b', 'delete things x.dev v1 - b'],
    ['DELETE', '/apis/x.dev/v1/namespaces/a/things', 'deletecollection things x.dev v1 a -'],
    ['GET', '/api/v1/namespaces', 'list namespaces core v1 - -'],
    ['GET', '/api/v1/namespaces/a', 'get namespaces core v1 a a'],
    ['PUT', '/api/v1/namespaces/a/finalize', 'update namespaces/finalize core v1 a a'],
    ['GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode', 'get clusterroles rbac.authorization.k8s.io v1 - system:node'],
    ['GET', '/version', 'get /version'],
    ['GET', '/apis/apps/v1', 'get /apis/apps/v1'],
    ['GET', '/api', 'get /api'],
  ])('%s %s', (method, url, expected) => {
    expect(read(method, url)).toBe(expected)
  })
})

test.each([
  ['GET', '/api/v1/pods', true],
  ['GET', '/api/v1/pods?watch=true', true],
  ['POST', '/api/v1/namespaces/a/pods', false],
  ['DELETE', '/api/v1/namespaces/a/pods', false],
  ['GET', '/readyz', true],
])('%s %s only reads: %s', (method, url, expected) => {
  const { pathname, searchParams } = new URL(url, 'http://x')
  expect(isRead(requestInfo({ method, path: pathname, query: searchParams }))).toBe(expected)
})
