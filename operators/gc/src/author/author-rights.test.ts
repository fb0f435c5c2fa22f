import { settle, type VirtualClock, virtualClock } from '@kubewright/testing/virtual-clock'
import { ApiError, type Client } from 'kubewright'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AuthorRights, type RightsOfAuthor } from './author-rights.ts'

const ann = { user: 'ann', groups: [], extra: {} }
const SECOND = 1_000

let clock: VirtualClock
let asked: (string | undefined)[]
let told: string[]
let answer: () => Promise<boolean>
let rights: RightsOfAuthor

beforeEach(() => {
  clock = virtualClock()
  asked = []
  told = []
  answer = () => Promise.resolve(true)
  const client = {
    resource: () => Promise.resolve({ type: { group: '', plural: 'configmaps' } }),
    request: async (_: string, __: string, { body }: { body: { spec: { resourceAttributes: { namespace?: string } } } }) => {
      asked.push(body.spec.resourceAttributes.namespace)
      return { status: { allowed: await answer() } }
    },
  } as unknown as Client
  const all = new AuthorRights({ client, clock, signal: new AbortController().signal })
  rights = all.of(ann, { group: '', version: 'v1', kind: 'ConfigMap' }, (change) =>
    told.push(change.is === 'rights' ? (change.namespace ?? 'of none') : change.is),
  )
})
afterEach(() => rights.close())

test('a right is not known before it was asked for, and then good for a minute', async () => {
  expect(rights.in('team')).toMatchObject({ is: 'unknown', reason: expect.stringContaining('being looked up') as unknown })
  await settle()
  expect(told).toEqual(['team'])
  expect(rights.in('team')).toMatchObject({ is: 'known', value: { allowed: true, author: 'ann' } })
  await clock.advance(59 * SECOND)
  expect(rights.in('team').is).toBe('known')
  expect(asked).toEqual(['team'])
})

test('a right that was withdrawn is not used for longer than a minute', async () => {
  rights.in('team')
  await settle()
  answer = () => Promise.resolve(false)
  await clock.advance(60 * SECOND)
  expect(rights.in('team').is).toBe('unknown')
  await settle()
  expect(rights.in('team')).toMatchObject({ is: 'known', value: { allowed: false } })
})

test('each namespace has its own answer, and so has what is of none', async () => {
  for (const namespace of ['a', 'b', undefined]) rights.in(namespace)
  await settle()
  expect(asked).toEqual(['a', 'b', undefined])
  expect(told).toEqual(['a', 'b', 'of none'])
})

test('who asks again while the question is under way does not ask twice', async () => {
  for (let n = 0; n < 5; n++) rights.in('team')
  await settle()
  expect(asked).toEqual(['team'])
})

test.each<[string, Error, RegExp]>([
  [
    'the server fails',
    new ApiError({ status: 'Failure', code: 500, reason: 'InternalError', message: 'etcd' }),
    /cannot be looked up: .*etcd/,
  ],
  [
    'the operator may not ask',
    new ApiError({ status: 'Failure', code: 403, reason: 'Forbidden', message: 'no' }),
    /grant the operator "create" on subjectaccessreviews/,
  ],
])('while %s nothing is known, and the question is repeated after ten seconds', async (_, error, why) => {
  answer = () => Promise.reject(error)
  rights.in('team')
  await settle()
  expect(rights.in('team')).toMatchObject({ is: 'unknown', reason: expect.stringMatching(why) as unknown })
  await clock.advance(9 * SECOND)
  rights.inspect()
  expect(asked).toHaveLength(1)
  answer = () => Promise.resolve(true)
  await clock.advance(SECOND)
  rights.inspect()
  await settle()
  expect(rights.in('team')).toMatchObject({ is: 'known', value: { allowed: true } })
})

test('a policy that has gone is told nothing any more', async () => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  answer = () => promise
  rights.in('team')
  await settle()
  const closed = rights.close()
  resolve(true)
  await closed
  expect(told).toEqual([])
  rights.in('other')
  expect(asked).toEqual(['team'])
})
