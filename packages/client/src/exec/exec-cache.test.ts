import { virtualClock } from '@kubewright/testing/virtual-clock'
import { describe, expect, test } from 'vitest'
import { createExecCache } from './exec-cache.ts'
import type { ExecAnswer } from './exec-credential.ts'
import type { ExecSpec } from './exec-plugin.ts'

const SPEC: ExecSpec = {
  where: 'f: users[u].user.exec',
  apiVersion: 'client.authentication.k8s.io/v1',
  command: 'login',
  args: ['a'],
  env: { REGION: 'r' },
  interactiveMode: 'Never',
}

/** Answers t1, t2, t3 …, each good for `seconds`. */
function plugin(seconds?: number) {
  const clock = virtualClock()
  const state = { runs: 0, fail: false }
  const cache = createExecCache({
    clock,
    async run(_spec, signal): Promise<ExecAnswer> {
      const run = ++state.runs
      await Promise.resolve()
      signal.throwIfAborted()
      if (state.fail) throw new Error('the plugin failed')
      const expiresAt = seconds === undefined ? {} : { expiresAt: clock.now() + seconds * 1000 }
      return { credentials: { authorization: `Bearer t${run}` }, ...expiresAt }
    },
  })
  return { clock, state, cache, source: cache.source(SPEC) }
}

describe('a credential plugin', () => {
  test('C15: runs once for all requests at the same time, and not again while its answer is good', async () => {
    const { source, state } = plugin(3600)
    const all = await Promise.all(Array.from({ length: 10 }, () => source.current()))
    expect(new Set(all.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer t1']))
    await source.current()
    expect(state.runs).toBe(1)
  })

  test('C15: runs again 10 s before the answer expires', async () => {
    const { source, clock } = plugin(60)
    await source.current()
    await clock.advance(49_999)
    expect((await source.current()).authorization).toBe('Bearer t1')
    await clock.advance(1)
    expect((await source.current()).authorization).toBe('Bearer t2')
  })

  test('C15: an answer without an expiry is good until the server refuses it', async () => {
    const { source, clock } = plugin()
    const first = await source.current()
    await clock.advance(86_400_000)
    expect(await source.current()).toBe(first)
    expect(source.renew(first)).toBe(true)
    expect((await source.current()).authorization).toBe('Bearer t2')
  })

  test('C15: ten requests that get a 401 for the same token run it once', async () => {
    const { source, state } = plugin(3600)
    const first = await source.current()
    const again = Array.from({ length: 10 }, () => {
      source.renew(first)
      return source.current()
    })
    await Promise.all(again)
    source.renew(first)
    await source.current()
    expect(state.runs).toBe(2)
  })

  test('C15: a failure is told to all who wait, and the next one tries again', async () => {
    const { source, state } = plugin()
    state.fail = true
    const results = await Promise.allSettled([source.current(), source.current()])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    state.fail = false
    expect((await source.current()).authorization).toBe('Bearer t2')
  })

  test('C15: one caller that gives up does not stop it for the others', async () => {
    const { source, state } = plugin()
    const abort = new AbortController()
    const leaving = source.current(abort.signal)
    const staying = source.current()
    abort.abort(new Error('gave up'))
    await expect(leaving).rejects.toThrow('gave up')
    expect((await staying).authorization).toBe('Bearer t1')
    expect(state.runs).toBe(1)
  })

  test('C15: a token that has expired by the time of the answer is asked for again the next time, and not in a loop', async () => {
    const { source, state } = plugin(5)
    await source.current()
    expect(state.runs).toBe(1)
    await source.current()
    expect(state.runs).toBe(2)
  })

  test('P9: closing stops it', async () => {
    const { source } = plugin()
    const waiting = source.current()
    source.close()
    await expect(waiting).rejects.toThrow('the client was closed before its credential plugin had answered')
  })
})

describe('the cache goes by what is run and not by what it is called', () => {
  test('C15: the same command for two users is one', () => {
    const { cache, source } = plugin()
    expect(cache.source({ ...SPEC, where: 'other: users[x].user.exec', installHint: 'x' })).toBe(source)
  })

  test.each<[string, Partial<ExecSpec>]>([
    ['arguments', { args: ['b'] }],
    ['environment', { env: { REGION: 's' } }],
    ['command', { command: 'login2' }],
    ['cluster', { cluster: { server: 'https://b' } }],
    ['version', { apiVersion: 'client.authentication.k8s.io/v1beta1' }],
  ])('C15: other %s is another', (_name, change) => {
    const { cache, source } = plugin()
    expect(cache.source({ ...SPEC, ...change })).not.toBe(source)
  })
})
