import { settle, virtualClock } from '@kubewright/testing/virtual-clock'
import { ApiError, type Client, ConnectionError, type KubeObject, silentLogger } from 'kubewright'
import { expect, test } from 'vitest'
import { FakeFacts } from '../fake/fake-facts.ts'
import { FakeReachability } from '../fake/fake-reachability.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy } from '../kinds/policies.ts'
import { InstalledSchemas } from './installed-schemas.ts'

/** The definition as it was before policies could be paused. */
function older(): KubeObject {
  const text = JSON.stringify(GarbageCollectionPolicy.crd(), (key, value: unknown) => (key === 'paused' ? undefined : value))
  return JSON.parse(text) as KubeObject
}
const current = (kind: { crd(): unknown }) => kind.crd() as KubeObject

async function start(answers: { namespaced: () => KubeObject | undefined }) {
  const clock = virtualClock()
  const facts = new FakeFacts()
  const warned: string[] = []
  let changes = 0
  const client = {
    resource: () =>
      Promise.resolve({
        list: async ({ fieldSelector }: { readonly fieldSelector: string }) => {
          const found = fieldSelector.includes('cluster') ? current(ClusterGarbageCollectionPolicy) : answers.namespaced()
          return { items: found === undefined ? [] : [found] }
        },
      }),
  } as unknown as Client
  const stop = new AbortController()
  const schemas = new InstalledSchemas({
    client,
    facts,
    reachability: new FakeReachability(clock),
    log: { ...silentLogger, warn: (message) => void warned.push(message) },
    changed: () => void changes++,
  })
  const running = schemas.run(stop.signal)
  await settle()
  return {
    ...{ schemas, clock, facts, warned },
    changes: () => changes,
    async end() {
      stop.abort(new Error('the test is over'))
      await settle()
      await running
    },
  }
}

const KIND = 'GarbageCollectionPolicy'

test('P6: policies of a kind whose definition lacks fields do nothing, and it is said which and what to do', async () => {
  const { schemas, changes, end } = await start({ namespaced: older })
  await schemas.known
  expect(schemas.problemOf(KIND)).toEqual({
    reason: 'CRDOutdated',
    message: expect.stringMatching(/spec\.paused.*Apply the operator's CustomResourceDefinitions/),
  })
  expect(schemas.problemOf('ClusterGarbageCollectionPolicy')).toBeUndefined()
  expect(changes()).toBe(1)
  await end()
})

test('P6: once the definition is updated they work again, without a restart', async () => {
  let installed = older()
  const { schemas, facts, changes, end } = await start({ namespaced: () => installed })
  installed = current(GarbageCollectionPolicy)
  facts.installed()
  await settle()
  expect(schemas.problemOf(KIND)).toBeUndefined()
  expect(changes()).toBe(2)
  await end()
})

test('a definition that is missing, or may not be seen, is no reason to stand still', async () => {
  const missing = await start({ namespaced: () => undefined })
  await missing.schemas.known
  expect(missing.schemas.problemOf(KIND)).toBeUndefined()
  await missing.end()
  const forbidden = await start({
    namespaced: () => {
      throw new ApiError({ status: 'Failure', code: 403, reason: 'Forbidden', message: 'may not list' })
    },
  })
  await forbidden.schemas.known
  expect([forbidden.schemas.problemOf(KIND), forbidden.changes()]).toEqual([undefined, 0])
  await forbidden.end()
})

test('while the server is away nothing is known, and it is asked again', async () => {
  let away = true
  const { schemas, clock, end } = await start({
    namespaced: () => {
      if (away) throw new ConnectionError('refused', { code: 'ECONNREFUSED' })
      return older()
    },
  })
  let known = false
  void schemas.known.then(() => (known = true))
  await clock.advance(5_000)
  expect(known).toBe(false)
  away = false
  await clock.advance(2_000)
  expect(known).toBe(true)
  expect(schemas.problemOf(KIND)?.reason).toBe('CRDOutdated')
  await end()
})
