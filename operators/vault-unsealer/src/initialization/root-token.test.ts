import { VaultError, type VaultFailure } from '@kubewright/vault'
import { virtualClock } from 'kubewright/testing'
import { expect, test } from 'vitest'
import { KeyStoreRefusal } from './plan.ts'
import { type RootTokenNews, revokeKeptRootToken } from './root-token.ts'

const SEALED: VaultFailure = { is: 'sealed' }

interface Course {
  /** What the node answers, one after the other, before it takes the token. */
  readonly answers?: readonly VaultFailure[]
  readonly verify?: () => Promise<string | undefined>
  /** So often the store refuses to be read, and then to be written. */
  readonly refusals?: readonly [read: number, write: number]
  /** Seconds until there is a node that is open. */
  readonly opensAfter?: number
  readonly token?: string | null
}

function stage({ answers = [], verify = async () => undefined, refusals = [0, 0], opensAfter = 0, token = 'hvs.root' }: Course = {}) {
  const clock = virtualClock()
  const stop = new AbortController()
  const calls: string[] = []
  const news: RootTokenNews[] = []
  let [reads, writes] = refusals
  let kept = token ?? undefined
  const startedAt = clock.monotonic()
  const node = {
    ...{ name: 'vault-0', verify },
    connect: (given: string) => ({
      async request({ path }: { readonly path: string }) {
        const failure = answers[calls.length]
        calls.push(`${path} ${given}`)
        if (failure !== undefined) throw new VaultError({ failure, method: 'POST', path, origin: 'https://vault' })
        return { status: 204 } as never
      },
      close: async () => undefined,
    }),
  }
  const done = revokeKeptRootToken({
    ...{ clock, signal: stop.signal },
    openNode: () => (clock.monotonic() - startedAt < opensAfter * 1_000 ? undefined : node),
    told: (each) => void news.push(each),
    store: {
      async rootToken() {
        if (reads-- > 0) throw new KeyStoreRefusal('Secret ns/keys: it could not be read')
        return kept
      },
      async dropRootToken() {
        if (writes-- > 0) throw new KeyStoreRefusal('Secret ns/keys: it could not be written')
        kept = undefined
      },
    },
  })
  return { clock, calls, stop, done, news, kept: () => kept }
}

const told = (news: readonly RootTokenNews[]) => news.map(({ is }) => is)
const REVOCATION = '/v1/auth/token/revoke-self hvs.root'

test('where none is kept nothing is asked of anybody', async () => {
  const { done, calls, news } = stage({ token: null })
  await done
  expect([calls, news]).toEqual([[], []])
})

test('it is revoked as soon as a node is open, and then dropped', async () => {
  const { clock, calls, done, news, kept } = stage({
    opensAfter: 60,
    answers: [SEALED, { is: 'unreachable', code: 'ECONNRESET', sent: true }],
  })
  await clock.advance(59_000)
  expect(calls).toEqual([])
  await clock.advance(10_000)
  await done
  expect(calls).toEqual([REVOCATION, REVOCATION, REVOCATION])
  expect(news).toEqual([{ is: 'kept' }, { is: 'revoked', node: 'vault-0' }])
  expect(kept()).toBeUndefined()
})

test('one that Vault does not know any more was revoked by a life that could not drop it', async () => {
  const { done, kept } = stage({ answers: [{ is: 'invalidToken' }] })
  await done
  expect(kept()).toBeUndefined()
})

test('it is not sent to a pod that is another one by now, nor while nobody can tell, and is kept', async () => {
  for (const verify of [async () => 'it has been replaced', () => Promise.reject(new Error('away'))]) {
    const { clock, calls, stop, done, kept } = stage({ verify })
    await clock.advance(60_000)
    stop.abort()
    await done
    expect([calls, kept()]).toEqual([[], 'hvs.root'])
  }
})

test('a store that refuses is asked again with growing pauses, and that is told once; the token is dropped at last', async () => {
  const { clock, calls, done, news, kept } = stage({ refusals: [5, 5] })
  await clock.advance(3_600_000)
  await done
  expect(told(news)).toEqual(['hindered', 'kept', 'hindered', 'revoked'])
  expect(calls).toEqual([REVOCATION])
  expect(kept()).toBeUndefined()
})

test('a store that goes on refusing is asked every five minutes', async () => {
  const { clock, stop, done, news } = stage({ refusals: [Number.POSITIVE_INFINITY, 0] })
  await clock.advance(3_600_000)
  expect(told(news)).toEqual(['hindered'])
  stop.abort()
  await done
})
