import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONFIG_MAPS, configMap, namesOf, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
let afterFirst = ''
beforeAll(async () => {
  api = await testClient({ controllers: false })
  afterFirst = (await api.post(CONFIG_MAPS, configMap('a', {}, { labels: { app: 'x', tier: 'front' } }))).metadata.resourceVersion ?? ''
  for (const name of ['b', 'c', 'd']) await api.post(CONFIG_MAPS, configMap(name, {}, { labels: { app: name === 'd' ? 'y' : 'x' } }))
  await api.post('/api/v1/namespaces', { metadata: { name: 'other' } })
  await api.post('/api/v1/namespaces/other/configmaps', configMap('a'))
})
afterAll(() => api[Symbol.asyncDispose]())

const list = (query: string) => api.get(`${CONFIG_MAPS}?${query}`)
const newest = async () => Number((await list('limit=1')).metadata.resourceVersion)

test('a list carries its type once, its revision, and the objects by namespace and name', async () => {
  const { body } = await api.get('/api/v1/configmaps')
  expect(body).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' })
  expect(body.items?.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([
    'default/a',
    'default/b',
    'default/c',
    'default/d',
    'other/a',
  ])
  expect(body.items?.[0]).not.toHaveProperty('kind')
})

describe('selectors', () => {
  test.each([
    ['labelSelector=app=x', ['a', 'b', 'c']],
    ['labelSelector=app!=x', ['d']],
    ['labelSelector=app in (y,z)', ['d']],
    ['labelSelector=tier', ['a']],
    ['labelSelector=app=x,!tier', ['b', 'c']],
    ['fieldSelector=metadata.name=b', ['b']],
    ['fieldSelector=metadata.name!=b,metadata.namespace=default', ['a', 'c', 'd']],
    ['fieldSelector=metadata.namespace=other', []],
  ])('%s', async (query, names) => {
    expect(namesOf(await list(query.replaceAll(' ', '%20')))).toEqual(names)
  })

  test.each([
    ['labelSelector=a%20b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['fieldSelector=foo', "invalid selector: 'foo'; can't understand 'foo'"],
    ['fieldSelector=spec.x=1', '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ])('%s is refused in the words of the real server', async (query, message) => {
    const { code, body } = await list(query)
    expect([code, body.message]).toEqual([400, message])
  })

  test.each([
    ['pods', 'spec.nodeName=n1,status.phase=Pending', ['on-node']],
    ['pods', 'spec.nodeName=', ['waiting']],
    ['secrets', 'type=Opaque', ['s']],
    ['events', 'involvedObject.name=p,reason=Started', ['e']],
  ])('%s can be selected by %s', async (plural, selector, names) => {
    const path = `/api/v1/namespaces/other/${plural}`
    const containers = [{ name: 'c', image: 'i' }]
    await api.post('/api/v1/namespaces/other/pods', { metadata: { name: 'on-node' }, spec: { nodeName: 'n1', containers } })
    await api.post('/api/v1/namespaces/other/pods', { metadata: { name: 'waiting' }, spec: { containers } })
    await api.post('/api/v1/namespaces/other/secrets', { metadata: { name: 's' } })
    const about = { involvedObject: { namespace: 'other', name: 'p', kind: 'Pod' }, reason: 'Started' }
    await api.post('/api/v1/namespaces/other/events', { metadata: { name: 'e' }, ...about })
    expect(namesOf(await api.get(`${path}?fieldSelector=${encodeURIComponent(selector)}`))).toEqual(names)
  })
})

describe('pages', () => {
  test('go on where the last one ended, as of the first, and say how much is left', async () => {
    const first = await list('limit=2')
    expect([namesOf(first), first.metadata.remainingItemCount]).toEqual([['a', 'b'], 2])
    await api.post(CONFIG_MAPS, configMap('bb'))
    await api.delete(`${CONFIG_MAPS}/bb`)
    await api.post(CONFIG_MAPS, configMap('cc'))
    const second = await list(`limit=2&continue=${first.metadata.continue}`)
    expect([namesOf(second), second.metadata.continue]).toEqual([['c', 'd'], undefined])
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
    await api.delete(`${CONFIG_MAPS}/cc`)
  })

  test('of a selection do not say how much is left, which nobody has counted', async () => {
    const { metadata } = await list('limit=1&labelSelector=app=x')
    expect(metadata.continue).toBeDefined()
    expect(metadata.remainingItemCount).toBeUndefined()
  })

  test('whose history is gone end with 410 and a token to go on all the same', async () => {
    const first = await list('limit=2')
    await api.put(`${CONFIG_MAPS}/c`, configMap('c', { changed: '1' }, { labels: { app: 'x' } }))
    api.server.compact()
    const refused = await list(`limit=2&continue=${first.metadata.continue}`)
    expect([refused.code, refused.body.reason]).toEqual([410, 'Expired'])
    expect(refused.body.message).toContain('The provided continue parameter is too old to display a consistent list result.')
    const rest = await list(`limit=2&continue=${refused.metadata.continue}`)
    expect(namesOf(rest)).toEqual(['c', 'd'])
  })

  test.each([
    ['continue=abc', 'invalid continue token: continue key is not valid'],
    [`continue=${Buffer.from('{"v":"meta.k8s.io/v9"}').toString('base64url')}`, 'server does not recognize this encoded version'],
    [
      `continue=${Buffer.from('{"v":"meta.k8s.io/v1","rv":5,"start":"/a"}').toString('base64url')}&resourceVersion=5`,
      'not allowed when using continue',
    ],
    ['limit=x', 'strconv.ParseInt: parsing "x": invalid syntax'],
  ])('with %s are refused', async (query, message) => {
    const { code, body } = await list(query)
    expect(code).toBe(400)
    expect(body.message).toContain(message)
  })
})

describe('a list at a revision', () => {
  test('that is exact shows what was there then', async () => {
    await using past = await testClient({ controllers: false })
    const { metadata } = await past.post(CONFIG_MAPS, configMap('a'))
    await past.post(CONFIG_MAPS, configMap('b'))
    await past.delete(`${CONFIG_MAPS}/a`)
    const at = `resourceVersion=${metadata.resourceVersion}`
    const then = await past.get(`${CONFIG_MAPS}?${at}&resourceVersionMatch=Exact`)
    expect([namesOf(then), then.metadata.resourceVersion]).toEqual([['a'], metadata.resourceVersion])
    expect(namesOf(await past.get(`${CONFIG_MAPS}?${at}&resourceVersionMatch=NotOlderThan`))).toEqual(['b'])
    expect(namesOf(await past.get(`${CONFIG_MAPS}?${at}`))).toEqual(['b'])
    // A limited list at a revision is exact without saying so: it was so before there was a way to say it.
    expect(namesOf(await past.get(`${CONFIG_MAPS}?${at}&limit=5`))).toEqual(['a'])
  })

  test('that is forgotten is 410 when it must be exact, and the newest otherwise', async () => {
    api.server.compact()
    const exact = await list(`resourceVersion=${afterFirst}&resourceVersionMatch=Exact`)
    expect([exact.code, exact.body.message]).toEqual([410, 'The resourceVersion for the provided list is too old.'])
    expect((await list(`resourceVersion=${afterFirst}&resourceVersionMatch=NotOlderThan`)).code).toBe(200)
    expect((await list('resourceVersion=0')).code).toBe(200)
  })

  test.each([CONFIG_MAPS, `${CONFIG_MAPS}/a`])('that has not come is 504 and asks to try again: %s', async (path) => {
    const reply = await api.get(`${path}?resourceVersion=9999999999999999`)
    expect([reply.code, reply.headers['retry-after']]).toEqual([504, '1'])
    expect(reply.body).toMatchObject({
      message: `Timeout: Too large resource version: 9999999999999999, current: ${await newest()}`,
      details: { causes: [{ reason: 'ResourceVersionTooLarge' }] },
    })
  })

  test.each<readonly [query: string, code: number, message: string]>([
    [
      'resourceVersion=abc',
      400,
      'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    [
      'resourceVersionMatch=Exact',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'resourceVersionMatch=Exact&resourceVersion=0',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    [
      'resourceVersionMatch=Foo&resourceVersion=1',
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""',
    ],
    [
      'sendInitialEvents=true',
      422,
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
    ],
  ])('given as %s is refused', async (query, code, message) => {
    const reply = await list(query)
    expect([reply.code, reply.body.message]).toEqual([code, message])
  })

  test('of one object that is no number is an error of the storage, as the real server has it', async () => {
    const { code, body } = await api.get(`${CONFIG_MAPS}/a?resourceVersion=abc`)
    expect([code, body.reason]).toEqual([500, undefined])
  })
})
