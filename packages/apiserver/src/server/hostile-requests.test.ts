import { once } from 'node:events'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONFIG_MAPS, configMap, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
const failures: unknown[] = []
beforeAll(async () => {
  api = await testClient({ log: (message) => void failures.push(message) })
})
afterAll(async () => {
  await api[Symbol.asyncDispose]()
  expect(failures).toEqual([])
})

interface Told {
  /** `undefined`: the connection was closed without a word. */
  readonly code: number | undefined
  readonly body: string
}

/** Bytes as they are, since a client would clean or refuse them; resolves when the server has closed the connection. */
async function sendRaw(bytes: string): Promise<Told> {
  const socket = connect({ host: '127.0.0.1', port: api.server.port, ca: api.server.connection.caData })
  await once(socket, 'secureConnect')
  socket.write(bytes)
  const text = Buffer.concat(await socket.toArray().catch(() => [])).toString()
  const code = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]
  return { code: code === undefined ? undefined : Number(code), body: text.slice(text.indexOf('\r\n\r\n') + 4) }
}

const head = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, 'host: x', `authorization: Bearer ${api.server.connection.token}`, 'connection: close', ...headers, '', ''].join(
    '\r\n',
  )

// Answers of a real server, unless a comment says more.
describe('a path that leads elsewhere in a browser', () => {
  test.each<readonly [string, number, string]>([
    [`DELETE ${CONFIG_MAPS}/..`, 400, `Name parameter invalid: \\"..\\": may not be '..'`],
    [`DELETE ${CONFIG_MAPS}/.`, 400, `Name parameter invalid: \\".\\": may not be '.'`],
    [`DELETE ${CONFIG_MAPS}/%2e%2E`, 400, `Name parameter invalid: \\"..\\": may not be '..'`],
    [`PATCH ${CONFIG_MAPS}/..`, 400, 'Name parameter invalid'],
    [`PUT ${CONFIG_MAPS}/..`, 400, 'unexpected end of JSON input'],
    [`GET ${CONFIG_MAPS}/a%252Fb`, 400, `Name parameter invalid: \\"a%2Fb\\": may not contain '%'`],
    [`GET ${CONFIG_MAPS}/a%2Fb`, 404, 'the server could not find the requested resource'],
    [`GET ${CONFIG_MAPS}//a`, 404, 'the server could not find the requested resource'],
    [`GET ${CONFIG_MAPS}\\a`, 404, 'the server could not find the requested resource'],
    ['GET /api//v1/namespaces', 404, 'the server could not find the requested resource'],
    ['GET /apis/apps//v1/deployments', 404, 'the server could not find the requested resource'],
    ['GET /api/v1/../../healthz', 404, 'the server could not find the requested resource'],
    ['GET /healthz/../readyz', 404, '404 page not found'],
    ['GET /healthz#x', 404, '404 page not found'],
    ['GET //x/healthz', 404, '404 page not found'],
    ['GET //', 404, '404 page not found'],
    ['GET //[', 404, '404 page not found'],
    ['GET *', 404, '404 page not found'],
    ['GET /openapi//v2', 404, '404 page not found'],
    ['GET http://elsewhere:99999/healthz', 200, 'ok'],
    [`GET ${CONFIG_MAPS}/100%`, 400, '400 Bad Request'],
    [`GET ${CONFIG_MAPS}?limit=1;x&continue=%zz`, 200, '"kind":"ConfigMapList"'],
  ])('%s', async (line, code, body) => {
    const { body: told, ...answer } = await sendRaw(head(line))
    expect({ ...answer, told }).toEqual({ code, told: expect.stringContaining(body) })
  })

  test('takes nothing with it', async () => {
    await api.post(CONFIG_MAPS, configMap('beside'))
    await api.post('/api/v1/namespaces', { metadata: { name: 'around' } })
    await sendRaw(head(`DELETE ${CONFIG_MAPS}/.`))
    await sendRaw(head('DELETE /api/v1/namespaces/around/configmaps/..'))
    expect((await api.get(`${CONFIG_MAPS}/beside`)).code).toBe(200)
    expect((await api.get('/api/v1/namespaces/around')).metadata.deletionTimestamp).toBeUndefined()
  })
})

describe('a word that every object of JavaScript knows', () => {
  test.each(['constructor', '__proto__', 'toString', 'prototype', 'hasOwnProperty'])('%s is nothing here', async (word) => {
    const known = await Promise.all(
      [
        `/api/v1/${word}`,
        `/apis/${word}`,
        `/apis/${word}/v1`,
        `/apis/apps/${word}/deployments`,
        `/api/v1/namespaces/default/${word}/x`,
        `${CONFIG_MAPS}/${word}`,
        `${CONFIG_MAPS}/x/${word}`,
        `/${word}`,
        `/openapi/v3/${word}`,
        `/healthz/${word}`,
      ].map(async (path) => [path, (await api.get(path)).code]),
    )
    expect(known.filter(([, code]) => code !== 404)).toEqual([])
    for (const path of [CONFIG_MAPS, '/api/v1/namespaces', '/api/v1/pods', '/apis/batch/v1/jobs'])
      expect(await api.get(`${path}?fieldSelector=${word}%3D1`)).toMatchObject({ code: 400 })
    for (const name of ['fieldValidation', 'dryRun'])
      expect(await api.post(`${CONFIG_MAPS}?${name}=${word}`, configMap('asked'))).toMatchObject({ code: 422 })
    expect(await api.post(CONFIG_MAPS, { apiVersion: word, kind: word, metadata: { name: 'x' } })).toMatchObject({ code: 400 })
  })

  test('may be the key of anything, and changes nothing else', async () => {
    const data = '{"__proto__":"1","constructor":"2","prototype":"3"}'
    const labels = '{"constructor":"a","prototype":"b"}'
    const body = `{"metadata":{"name":"words","labels":${labels},"annotations":${labels}},"data":${data},"__proto__":{"polluted":"yes"}}`
    expect((await api.post(CONFIG_MAPS, body, { type: 'application/json' })).code).toBe(201)
    for (const type of ['application/merge-patch+json', 'application/strategic-merge-patch+json']) {
      const patch = '{"data":{"__proto__":"4"},"metadata":{"labels":{"constructor":"c","__proto__":null}}}'
      expect((await api.patch(`${CONFIG_MAPS}/words`, patch, { type })).code).toBe(200)
    }
    const patch = '[{"op":"add","path":"/__proto__","value":{"polluted":"yes"}},{"op":"add","path":"/data/prototype","value":"5"}]'
    expect((await api.patch(`${CONFIG_MAPS}/words`, patch, { type: 'application/json-patch+json' })).code).toBe(200)
    const { text } = await api.get(`${CONFIG_MAPS}/words`)
    expect(text).toContain('"data":{"__proto__":"4","constructor":"2","prototype":"5"}')
    expect(text).toContain('"labels":{"constructor":"c","prototype":"b"}')
    expect(text).not.toContain('polluted')
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('a body that wants more than its size in time', () => {
  const nested = (open: string, close: string) => `${open.repeat(50_000)}1${close.repeat(50_000)}`
  const deep = nested('{"a":', '}')

  test.each<readonly [string, string, string]>([
    ['POST', 'application/json', `{"metadata":{"name":"deep"},"x":${deep}}`],
    ['PATCH', 'application/merge-patch+json', `{"x":${deep}}`],
    ['PATCH', 'application/strategic-merge-patch+json', `{"x":${deep}}`],
    ['PATCH', 'application/apply-patch+yaml', `{"apiVersion":"v1","kind":"ConfigMap","x":${deep}}`],
    ['PATCH', 'application/apply-patch+yaml', '- '.repeat(5_000)],
    ['PATCH', 'application/apply-patch+yaml', '}}'.repeat(50_000)],
    ['PATCH', 'application/apply-patch+yaml', `a: &a x\n${'b: *a\n'.repeat(2_000)}`],
    [
      'PATCH',
      'application/apply-patch+yaml',
      `a0: &a0 [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`)}]`).join('\n')}`,
    ],
  ])('%s of %s: %.30s', async (method, type, body) => {
    const path = method === 'POST' ? CONFIG_MAPS : `${CONFIG_MAPS}/kube-root-ca.crt?fieldManager=x`
    expect((await api.send(method, path, { type, body })).code).toBe(400)
  })

  test('tens of thousands of keys in YAML are read, and one that stands twice among them is told', async () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `  k${index}: v`).join('\n')
    const body = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: keys\ndata:\n${keys}\n`
    const path = `${CONFIG_MAPS}/keys?fieldManager=x&fieldValidation=Strict`
    expect((await api.send('PATCH', path, { type: 'application/apply-patch+yaml', body })).code).toBe(201)
    const twice = await api.send('PATCH', path, { type: 'application/apply-patch+yaml', body: `${body}  k7: w\n` })
    expect(twice).toMatchObject({ code: 400 })
    expect(twice.body.message).toContain('key "k7" already set in map'.replaceAll('\\', ''))
  })
})
