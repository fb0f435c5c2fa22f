import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeAll(async () => {
  api = await testClient()
})
afterAll(() => api[Symbol.asyncDispose]())

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

describe('a probe', () => {
  test.each(['/healthz', '/livez', '/readyz', '/readyz/etcd', '/livez/poststarthook/rbac/bootstrap-roles'])('of %s is ok', async (path) => {
    expect(await api.get(path)).toMatchObject({ code: 200, text: 'ok' })
  })

  test('that asks for more is told of each part by the name that monitoring knows', async () => {
    const { text } = await api.get('/readyz?verbose&exclude=log')
    expect(text.split('\n')).toEqual(
      expect.arrayContaining(['[+]ping ok', '[+]log excluded: ok', '[+]informer-sync ok', 'readyz check passed']),
    )
  })

  test('of a part that there is not finds nothing', async () => expect((await api.get('/readyz/nothing')).code).toBe(404))
})

describe('metrics', () => {
  test('count requests by method and code, and objects by resource', async () => {
    await api.post('/api/v1/namespaces/default/secrets', { metadata: { name: 'counted' } })
    const { text, headers } = await api.get('/metrics')
    expect(headers['content-type']).toContain('version=0.0.4')
    expect(text).toMatch(/^apiserver_request_total\{code="201",verb="POST"\} 1$/m)
    expect(text).toMatch(/^apiserver_storage_objects\{group="",resource="secrets"\} 1$/m)
  })

  test('of the service level are the checks alone', async () => {
    const { text } = await api.get('/metrics/slis')
    expect(text).toMatch(/^kubernetes_healthcheck\{name="etcd",type="readyz"\} 1$/m)
    expect(text).not.toContain('apiserver_')
  })
})

describe('what is no part of the API', () => {
  test.each([
    ['OPTIONS', '/healthz', 200],
    ['POST', '/livez/ping', 200],
    ['DELETE', '/readyz?verbose', 200],
    ['PUT', '/metrics', 200],
    ['DELETE', '/metrics', 405],
    ['OPTIONS', '/', 200],
    ['POST', '/apis', 200],
    ['DELETE', '/apis/apps/', 200],
    ['POST', '/openapi/v3', 200],
    ['HEAD', '/apis', 200],
    ['HEAD', '/version', 405],
    ['POST', '/version', 405],
    ['OPTIONS', '/api', 405],
    ['HEAD', '/api/v1', 405],
    ['DELETE', '/apis/apps/v1', 405],
    ['POST', '/openid/v1/jwks', 405],
    ['POST', '/healthz/nothing', 404],
  ])('takes a %s of %s with %i', async (method, path, expected) => {
    expect((await api.send(method, path)).code).toBe(expected)
  })

  test.each([
    ['/apis/', 200],
    ['/api//', 200],
    ['/apis/apps//', 200],
    ['/apis//', 404],
    ['/openapi/v3/', 404],
    ['/apis//v1', 404],
  ])('is found with slashes too many or not: %s', async (path, expected) => {
    expect((await api.get(path)).code).toBe(expected)
  })
})

describe('discovery', () => {
  const JSON_OR_YAML = '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml'
  const JSON_ALONE = '406: Not Acceptable\n\nAvailable representations: application/json'

  test.each([
    ['/api', 'image/png', JSON_OR_YAML],
    ['/apis/apps/v1', 'text/plain', JSON_OR_YAML],
    ['/api/v1', 'application/*', JSON_OR_YAML],
    ['/apis', 'application/vnd.kubernetes.protobuf', JSON_OR_YAML],
    ['/version', 'application/yaml', JSON_ALONE],
    ['/openid/v1/jwks', 'image/png', JSON_ALONE],
    ['/.well-known/openid-configuration', 'application/*', JSON_ALONE],
  ])('of %s is not given as %s', async (path, accept, message) => {
    const { code, body } = await api.get(path, { accept })
    expect([code, body.reason, body.message]).toEqual([406, 'NotAcceptable', message])
  })

  test.each(['/api', '/apis', '/api/v1', '/apis/apps', '/apis/apps/v1'])('of %s is there as YAML too', async (path) => {
    const { code, headers, text } = await api.get(path, { accept: 'application/yaml' })
    expect([code, headers['content-type'], headers['vary']]).toEqual([200, 'application/yaml', 'Accept'])
    expect(text).toMatch(/^kind: API/m)
  })

  test.each(['/version', '/api', '/apis/apps/v1'])('of %s is JSON for a browser', async (path) => {
    const { code, headers } = await api.get(path, { accept: 'text/html,*/*;q=0.1' })
    expect([code, headers['content-type']]).toEqual([200, 'application/json'])
  })
})

test.each(['limit', 'timeoutSeconds'])('a number that is left empty is none: %s', async (name) => {
  const { code, body } = await api.get(`/api/v1/namespaces?${name}=`)
  expect([code, body.message]).toEqual([400, 'strconv.ParseInt: parsing "": invalid syntax'])
})

describe('the timeout of a request', () => {
  test.each([
    ['0s', 200],
    ['3m', 200],
    ['-5s', 200],
    ['', 200],
    ['invalid', 'time: invalid duration "invalid"'],
    ['3', 'time: missing unit in duration "3"'],
    ['3x', 'time: unknown unit "x" in duration "3x"'],
  ])('that is "%s"', async (timeout, expected) => {
    const { code, body } = await api.get(`/version?timeout=${timeout}`)
    expect(code === 200 ? code : body.message?.replace('invalid timeout specified in the request URL - ', '')).toBe(expected)
  })
})

test('what is answered and not kept cannot be shown as a table', async () => {
  const review = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } }
  const { code } = await api.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review, { accept: TABLE })
  expect(code).toBe(406)
})

test('the components of the control plane are told, in objects and in a table', async () => {
  const { body, headers } = await api.get('/api/v1/componentstatuses')
  expect(body.items?.map(({ metadata }) => metadata.name)).toEqual(['controller-manager', 'etcd-0', 'scheduler'])
  expect(headers['warning']).toContain('v1 ComponentStatus is deprecated in v1.19+')
  const { rows } = (await api.get('/api/v1/componentstatuses', { accept: TABLE })).body as unknown as { rows: { cells: string[] }[] }
  // No nodes are played on this server.
  expect(rows.map(({ cells }) => cells.slice(0, 2))).toEqual([
    ['controller-manager', 'Healthy'],
    ['etcd-0', 'Healthy'],
    ['scheduler', 'Unhealthy'],
  ])
})

test('a pod is bound by a Binding that names it', async () => {
  await api.post('/api/v1/namespaces/default/pods', { metadata: { name: 'bound' }, spec: { containers: [{ name: 'c', image: 'i' }] } })
  const binding = { metadata: { name: 'bound' }, target: { kind: 'Node', name: 'n' } }
  expect((await api.post('/api/v1/namespaces/default/bindings', binding)).code).toBe(201)
  expect((await api.get('/api/v1/namespaces/default/pods/bound')).body['spec']).toMatchObject({ nodeName: 'n' })
})

describe('discovery', () => {
  interface Listed {
    readonly resources: readonly { readonly name: string; readonly storageVersionHash?: string }[]
  }
  const hash = async (path: string, plural: string) =>
    ((await api.get(path)).body as unknown as Listed).resources.find(({ name }) => name === plural)?.storageVersionHash

  test.each([
    ['/api/v1', 'configmaps', 'qFsyl6wFWjQ='],
    ['/apis/autoscaling/v1', 'horizontalpodautoscalers', 'qwQve8ut294='],
    ['/apis/events.k8s.io/v1', 'events', 'r2yiGXH7wu8='],
    ['/api/v1', 'bindings', undefined],
  ])('tells by the hash of kube-apiserver as what is stored: %s %s', async (path, plural, expected) => {
    expect(await hash(path, plural)).toBe(expected)
  })

  test('names the groups in the order of kube-apiserver', async () => {
    const { groups } = (await api.get('/apis')).body as unknown as { groups: { name: string }[] }
    expect(groups.map(({ name }) => name.split('.')[0])).toEqual(
      'apiregistration apps events authentication authorization autoscaling batch certificates networking policy rbac storage admissionregistration apiextensions scheduling coordination node discovery resource flowcontrol'.split(
        ' ',
      ),
    )
  })
})
