import { type Client, ConnectionError, KindNotFoundError, type KubeObject } from 'kubewright'
import { describe, expect, test } from 'vitest'
import { FakeCache } from '../fake/fake-cache.ts'
import type { Target } from '../policy/policy.ts'
import { cacheSource, problemOfError } from './target-source.ts'

const target: Target = {
  kind: { group: '', version: 'v1', kind: 'ConfigMap' },
  namespace: 'team',
  labelSelector: 'a=b',
  fieldSelector: '',
  metadataOnly: true,
  keep: 'objects',
}
const object = (name: string, uid: string, resourceVersion = '1'): KubeObject => ({ metadata: { name, uid, resourceVersion } })

/** What a list of the target brings. */
const listed: KubeObject[] = []
const server = {
  resource: async () => ({
    async *items() {
      yield* listed
    },
    metadataOnly() {
      return this
    },
  }),
} as unknown as Client

async function open(of = target) {
  const fake = new FakeCache()
  const told: string[] = []
  const watch = await cacheSource(fake.cache, server).open(of, {
    policy: 'p',
    shown: () => [],
    seen: ({ metadata }) => told.push(`seen ${metadata.uid}@${metadata.resourceVersion}`),
    left: ({ metadata }) => told.push(`left ${metadata.uid}`),
  })
  return { watch, told, informer: fake.of('ConfigMap') }
}

test('the cache is asked for just the target, and for metadata alone where that is enough', async () => {
  const { informer } = await open()
  expect(informer.scope).toEqual({ namespace: 'team', labelSelector: 'a=b', metadataOnly: true, keep: 'objects' })
})

test('of a change the new state is told, not the old', async () => {
  const { informer, told } = await open()
  await informer.handler.add?.(object('x', 'u', '1'), { initial: true })
  await informer.handler.update?.(object('x', 'u', '1'), object('x', 'u', '2'))
  await informer.handler.delete?.(object('x', 'u', '2'), { finalStateUnknown: false })
  expect(told).toEqual(['seen u@1', 'seen u@2', 'left u'])
})

test('W8: one name with another uid is another object', async () => {
  const { informer, told } = await open()
  await informer.handler.update?.(object('x', 'old', '1'), object('x', 'new', '5'))
  expect(told).toEqual(['left old', 'seen new@5'])
})

test.each([
  ['denied', 'Forbidden'],
  ['absent', 'UnknownKind'],
  ['unreachable', 'Unavailable'],
])('a watch that is %s is a policy that is %s', async (kind, reason) => {
  const { watch, informer } = await open()
  expect(watch.problem()).toBeUndefined()
  informer.failure = { kind, message: 'the words of the server' }
  expect(watch.problem()).toEqual({ reason, message: expect.stringContaining('the words of the server') })
})

test('a kind that is not served names the field and the mend; what passes by itself says so', () => {
  expect(problemOfError(new KindNotFoundError(target.kind, 'https://fake'), target)).toMatchObject({
    reason: 'UnknownKind',
    message: expect.stringMatching(/spec\.targetResource.*install/),
  })
  expect(problemOfError(new ConnectionError('refused'), target)).toMatchObject({
    reason: 'Unavailable',
    message: expect.stringContaining('tried again'),
  })
})

describe('of a watch that keeps keys', () => {
  const keys: Target = { ...target, keep: 'keys' }

  test('what came before is read from the server, and shown when the watch has it in that version', async () => {
    const { watch, told, informer } = await open(keys)
    informer.objects.push(object('old', 'u1', '1'), object('changed', 'u2', '2'))
    await informer.handler.add?.(object('old', 'u1', '1'), { initial: true, keyOnly: true })
    await informer.handler.add?.(object('changed', 'u2', '2'), { initial: true, keyOnly: true })
    listed.splice(
      0,
      listed.length,
      object('old', 'u1', '1'),
      object('changed', 'u2', '1'),
      object('gone', 'u3', '1'),
      object('old', 'u4', '1'),
    )
    expect(told).toEqual([])
    informer.sync()
    await watch.synced
    expect(told).toEqual(['seen u1@1'])
  })

  test('what came with the watch is read from nobody', async () => {
    const { watch, told, informer } = await open(keys)
    listed.splice(0, listed.length, object('x', 'u1', '1'))
    informer.objects.push(object('x', 'u1', '1'))
    await informer.handler.add?.(object('x', 'u1', '1'), { initial: true })
    informer.sync()
    await watch.synced
    expect(told).toEqual(['seen u1@1'])
  })
})
