import { type InitResult, VaultError, type VaultFailure } from '@kubewright/vault'
import { ApiError } from 'kubewright'
import { virtualClock } from 'kubewright/testing'
import { expect, test } from 'vitest'
import { initialize, KEEPING_MS } from './initialization.ts'
import { type InitializationPlan, KeyStoreRefusal, type Yield } from './plan.ts'

const PLAN: InitializationPlan = {
  ...{ shares: 3, threshold: 2, pgpKeys: undefined, rootTokenPgpKey: undefined },
  ...{ secret: { namespace: 'ns', name: 'keys' }, entry: 'keys' },
}
const RESULT: InitResult = { shares: ['c2hhcmUgMQ==', 'c2hhcmUgMg=='], recoveryShares: [], rootToken: 'hvs.root' }

interface Course {
  readonly plan?: Partial<InitializationPlan>
  readonly refusal?: string
  readonly failure?: VaultFailure
  /** So often the store is away. */
  readonly away?: number
  /** What it says then. */
  readonly trouble?: Error
}

function stage({ plan, refusal, failure, away = 0, trouble = new Error('away') }: Course) {
  const clock = virtualClock()
  const did: string[] = []
  const kept: Yield[] = []
  let missing = away
  const stop = new AbortController()
  const outcome = initialize({
    ...{ plan: { ...PLAN, ...plan }, node: 'vault-0', clock, signal: stop.signal },
    client: {
      async init(request) {
        did.push(`init ${JSON.stringify(request)}`)
        if (failure !== undefined) throw new VaultError({ failure, method: 'PUT', path: '/v1/sys/init', origin: 'https://vault' })
        return RESULT
      },
    },
    store: {
      async claim(node) {
        did.push(`claim ${node}`)
        if (refusal !== undefined) throw new KeyStoreRefusal(refusal)
      },
      release: async () => void did.push('release'),
      async keep(what) {
        did.push('keep')
        if (missing-- > 0) throw trouble
        kept.push(what)
      },
      rootToken: async () => undefined,
      dropRootToken: async () => undefined,
    },
  })
  return { clock, did, kept, outcome, stop }
}

test('first the place for the shares, then the shares, and with them the root token until it is revoked', async () => {
  const { did, kept, outcome } = stage({})
  expect(await outcome).toEqual({ is: 'initialized' })
  expect(did.map((each) => each.split(' ')[0])).toEqual(['claim', 'init', 'keep'])
  expect(kept).toEqual([{ shares: RESULT.shares, rootToken: { is: 'bare', token: 'hvs.root' } }])
})

test('PGP keys are passed on, and what comes back encrypted is kept, the root token too', async () => {
  const { did, kept, outcome } = stage({ plan: { pgpKeys: ['a', 'b', 'c'], rootTokenPgpKey: 'r' } })
  expect(await outcome).toEqual({ is: 'initialized' })
  expect(did[1]).toContain('"pgpKeys":["a","b","c"],"rootTokenPgpKey":"r"')
  expect(kept).toEqual([{ shares: RESULT.shares, rootToken: { is: 'encrypted', message: 'hvs.root' } }])
})

test('where nothing can be kept nothing is initialised', async () => {
  const { did, outcome } = stage({ refusal: 'Secret ns/keys: there is none' })
  expect(await outcome).toEqual({ is: 'refused', message: 'Secret ns/keys: there is none' })
  expect(did).toEqual(['claim vault-0'])
})

test.each<VaultFailure>([
  { is: 'invalid' },
  { is: 'unreachable', code: 'ECONNREFUSED', sent: false },
  { is: 'tls', code: 'CERT_HAS_EXPIRED' },
])('of what has certainly not happened ($is) no mark stays', async (failure) => {
  const { did, outcome } = stage({ failure })
  expect(await outcome).toMatchObject({ is: 'refused' })
  expect(did.at(-1)).toBe('release')
})

test.each<VaultFailure>([
  { is: 'timeout', afterMs: 60_000 },
  { is: 'unreachable', code: 'ECONNRESET', sent: true },
])('of what may have happened ($is) the mark stays, so that nobody does it again unseen', async (failure) => {
  const { did, outcome } = stage({ failure })
  expect(await outcome).toMatchObject({ is: 'lost' })
  expect(did).not.toContain('release')
})

test('A16: a store that is away for five minutes after the answer loses nothing, though the operator is told to stop meanwhile', async () => {
  const { clock, kept, outcome, stop } = stage({ away: 300 })
  stop.abort()
  await clock.advance(301_000)
  expect(await outcome).toMatchObject({ is: 'initialized' })
  expect(kept).toHaveLength(1)
})

test('a store that stays away is given up at last, and that is said as what it is', async () => {
  // A refusal may quote what was to be written.
  const trouble = new ApiError({ status: 'Failure', code: 422, reason: 'Invalid', message: `data: Invalid value: "${RESULT.shares[0]}"` })
  const { clock, outcome } = stage({ away: Number.POSITIVE_INFINITY, trouble })
  await clock.advance(KEEPING_MS + 1_000)
  const { is, message } = (await outcome) as { readonly is: string; readonly message: string }
  expect([is, message]).toEqual(['lost', expect.stringContaining('could not be kept (422 Invalid)')])
  expect(message).not.toContain('c2hhcmU')
})
