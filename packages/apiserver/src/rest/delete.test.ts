import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CONFIG_MAPS, configMap, namesOf, type TestClient, testClient } from '../test-client/api-client.ts'

let api: TestClient
beforeEach(async () => {
  api = await testClient({ controllers: false })
})
afterEach(() => api[Symbol.asyncDispose]())

const PODS = '/api/v1/namespaces/default/pods'
const pod = (name: string, spec: object = {}) => ({ metadata: { name }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } })
const path = `${CONFIG_MAPS}/a`

describe('an object that nothing holds', () => {
  test('is gone at once, and the answer names it', async () => {
    const { metadata } = await api.post(CONFIG_MAPS, configMap('a'))
    const { code, body } = await api.delete(path)
    expect([code, body]).toEqual([
      200,
      { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name: 'a', kind: 'configmaps', uid: metadata.uid } },
    ])
    expect((await api.get(path)).code).toBe(404)
    expect((await api.delete(path)).code).toBe(404)
  })

  test('of some kinds is the answer itself, as it last was', async () => {
    await api.post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 's' } })
    const { body } = await api.delete('/api/v1/namespaces/default/serviceaccounts/s')
    expect(body).toMatchObject({ kind: 'ServiceAccount', metadata: { name: 's' } })
    expect(body.metadata).not.toHaveProperty('deletionTimestamp')
  })

  test('stays in a dry run', async () => {
    await api.post(CONFIG_MAPS, configMap('a'))
    expect((await api.delete(`${path}?dryRun=All`)).body).toMatchObject({ status: 'Success' })
    expect((await api.get(path)).code).toBe(200)
  })
})

describe('an object with finalizers', () => {
  const finalizers = ['x.y/a', 'x.y/b']
  beforeEach(() => api.post(CONFIG_MAPS, configMap('a', {}, { finalizers })))

  test('is marked, and goes with the last of them', async () => {
    const watch = await api.watch(CONFIG_MAPS)
    const { metadata } = await api.delete(path)
    expect(metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0, finalizers })
    expect((await api.patch(path, { metadata: { finalizers: ['x.y/b'] } })).code).toBe(200)
    const released = await api.patch(path, { metadata: { finalizers: null } })
    expect(released.code).toBe(200)
    expect((await api.get(path)).code).toBe(404)
    expect(await watch.seen(4)).toEqual(['ADDED a', 'MODIFIED a', 'MODIFIED a', 'DELETED a'])
  })

  test('may lose finalizers when it is marked, but gain none', async () => {
    await api.delete(path)
    const { code, body } = await api.patch(path, { metadata: { finalizers: [...finalizers, 'x.y/c'] } })
    expect(code).toBe(422)
    expect(body.message).toContain(
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x.y/c"}',
    )
  })

  test('is marked once: a second deletion changes nothing', async () => {
    const first = await api.delete(path)
    await api.clock.advance(5000)
    expect((await api.delete(path)).metadata).toEqual(first.metadata)
  })

  test('counts the deletion as a generation, where there are generations', async () => {
    const policies = '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies'
    await api.post(policies, { metadata: { name: 'n', finalizers }, spec: { podSelector: {} } })
    expect((await api.delete(`${policies}/n`)).metadata.generation).toBe(2)
  })
})

describe('how to delete', () => {
  beforeEach(() => api.post(CONFIG_MAPS, configMap('a', {}, { finalizers: ['x.y/a'] })))

  test.each<readonly [how: string, query: string, body: object | undefined, finalizers: string[]]>([
    ['Foreground in the query', '?propagationPolicy=Foreground', undefined, ['x.y/a', 'foregroundDeletion']],
    ['Orphan in the body', '', { propagationPolicy: 'Orphan' }, ['x.y/a', 'orphan']],
    ['orphanDependents', '', { orphanDependents: true }, ['x.y/a', 'orphan']],
    ['Background', '?propagationPolicy=Background', undefined, ['x.y/a']],
    ['a body before the query', '?propagationPolicy=Orphan', { propagationPolicy: 'Foreground' }, ['x.y/a', 'foregroundDeletion']],
  ])('%s is a matter of finalizers', async (_, query, body, finalizers) => {
    expect((await api.delete(`${path}${query}`, body)).metadata.finalizers).toEqual(finalizers)
  })

  const invalid = 'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: '
  test.each<readonly [string, object, number, string]>([
    [
      'a policy that is none',
      { propagationPolicy: 'Foo' },
      422,
      `${invalid}Unsupported value: "Foo": supported values: "Foreground", "Background", "Orphan", "nil"`,
    ],
    [
      'two policies',
      { propagationPolicy: 'Orphan', orphanDependents: true },
      422,
      `${invalid}Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set`,
    ],
    [
      'another kind of body',
      { kind: 'Foo', apiVersion: 'v1' },
      400,
      'no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
  ])('cannot be said by %s', async (_, body, code, message) => {
    const reply = await api.delete(path, body)
    expect([reply.code, reply.body.message]).toEqual([code, message])
  })

  test('can be conditional on the incarnation and on the version', async () => {
    const { metadata } = await api.get(path)
    const wrongUid = await api.delete(path, { preconditions: { uid: 'x' } })
    expect([wrongUid.code, wrongUid.body.message]).toEqual([
      409,
      `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (x) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    ])
    const wrongVersion = await api.delete(path, { preconditions: { resourceVersion: '1' } })
    expect(wrongVersion.body.message).toContain(
      `the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${metadata.resourceVersion})`,
    )
    const { uid, resourceVersion } = metadata
    expect((await api.delete(path, { preconditions: { uid, resourceVersion } })).code).toBe(200)
  })
})

describe('a pod', () => {
  test('on no node is gone at once', async () => {
    await api.post(PODS, pod('p'))
    expect((await api.delete(`${PODS}/p`)).body).toMatchObject({ kind: 'Pod', metadata: { name: 'p' } })
    expect((await api.get(`${PODS}/p`)).code).toBe(404)
  })

  test('on a node has its time to stop, which can be shortened but not lengthened', async () => {
    await api.post(PODS, pod('p', { nodeName: 'n', terminationGracePeriodSeconds: 20 }))
    const until = async (query: string) => {
      const { metadata } = await api.delete(`${PODS}/p${query}`)
      return [metadata.deletionTimestamp, metadata.deletionGracePeriodSeconds]
    }
    expect(await until('')).toEqual(['2026-01-01T00:00:20Z', 20])
    expect(await until('?gracePeriodSeconds=10')).toEqual(['2026-01-01T00:00:10Z', 10])
    expect(await until('?gracePeriodSeconds=100')).toEqual(['2026-01-01T00:00:10Z', 10])
    expect((await api.get(`${PODS}/p`)).code).toBe(200)
    await until('?gracePeriodSeconds=0')
    expect((await api.get(`${PODS}/p`)).code).toBe(404)
  })

  test('that has ended needs no time', async () => {
    await api.post(PODS, pod('p', { nodeName: 'n' }))
    await api.patch(`${PODS}/p/status`, { status: { phase: 'Succeeded' } })
    await api.delete(`${PODS}/p`)
    expect((await api.get(`${PODS}/p`)).code).toBe(404)
  })
})

describe('many at once', () => {
  test('go by selector, and the answer lists them', async () => {
    for (const name of ['a', 'b', 'c']) await api.post(CONFIG_MAPS, configMap(name, {}, { labels: { app: name === 'c' ? 'y' : 'x' } }))
    const { body } = await api.send('DELETE', `${CONFIG_MAPS}?labelSelector=app=x`)
    expect(body.items?.map(({ metadata }) => metadata.name)).toEqual(['a', 'b'])
    expect(namesOf(await api.get(CONFIG_MAPS))).toEqual(['c'])
  })

  test('stay in a dry run', async () => {
    await api.post(CONFIG_MAPS, configMap('a'))
    await api.send('DELETE', `${CONFIG_MAPS}?dryRun=All`)
    expect(namesOf(await api.get(CONFIG_MAPS))).toEqual(['a'])
  })
})

test('the namespaces without which there is no cluster stay', async () => {
  const { code, body } = await api.delete('/api/v1/namespaces/default')
  expect([code, body.message]).toEqual([403, 'namespaces "default" is forbidden: this namespace may not be deleted'])
})
