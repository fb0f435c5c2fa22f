import { expect, test } from 'vitest'
import { requestTarget } from '../server/request-target.ts'
import { attributesOf } from './attributes.ts'

const user = { name: 'ann', groups: [] }
const of = (text: string) => {
  const [method = '', url = ''] = text.split(' ')
  const attributes = attributesOf({ method, ...requestTarget(url)! }, user)
  if (attributes.is === 'path') return `${attributes.verb} ${attributes.path}`
  const { verb, group, resource, subresource, namespace, name } = attributes
  return [verb, `${resource}${subresource && `/${subresource}`}${group && `.${group}`}`, namespace || '-', name || '-'].join(' ')
}

test.each([
  ['GET /api/v1/pods', 'list pods - -'],
  ['GET /api/v1/pods?watch=true', 'watch pods - -'],
  ['GET /api/v1/watch/namespaces/a/pods', 'watch pods a -'],
  ['GET /api/v1/watch/namespaces/a/pods/b', 'watch pods a b'],
  ['DELETE /api/v1/watch/namespaces/a/pods/b', 'delete pods a b'],
  ['GET /api/v1/namespaces/a/pods/b', 'get pods a b'],
  ['HEAD /api/v1/namespaces/a/pods/b', 'get pods a b'],
  ['GET /api/v1/namespaces/a/pods/b?watch=true', 'get pods a b'],
  ['GET /api/v1/namespaces/a/pods/b/log', 'get pods/log a b'],
  ['GET /api/v1/namespaces/a', 'get namespaces a a'],
  ['PUT /api/v1/namespaces/a/finalize', 'update namespaces/finalize a a'],
  ['POST /apis/apps/v1/namespaces/a/deployments', 'create deployments.apps a -'],
  ['PATCH /apis/apps/v1/namespaces/a/deployments/b/scale', 'patch deployments/scale.apps a b'],
  ['DELETE /apis/apps/v1/namespaces/a/deployments', 'deletecollection deployments.apps a -'],
  ['DELETE /apis/apps/v1/namespaces/a/deployments/b', 'delete deployments.apps a b'],
  ['GET /api/v1/pods?fieldSelector=metadata.name%3Db', 'list pods - b'],
  ['GET /api/v1/pods?fieldSelector=metadata.name!%3Db', 'list pods - -'],
  ['GET /api/v1/pods?fieldSelector=metadata.name%3Db,spec.nodeName%3Dc', 'list pods - -'],
  ['GET /api/v1', 'get /api/v1'],
  ['GET /apis/apps/v1', 'get /apis/apps/v1'],
  ['POST /logs', 'post /logs'],
  ['GET /a%3Cb', 'get /a<b'],
  ['GET /a%25', 'get /a%'],
  // Who may read pods may not, by a name that a path would resolve, read the namespace.
  ['GET /api/v1/namespaces/a/pods/..', 'get pods a ..'],
  ['DELETE /api/v1/namespaces/a/pods/.', 'delete pods a .'],
])('%s is %s', (request, expected) => {
  expect(of(request)).toBe(expected)
})
