import { type InitResult, isVaultError, type VaultClient } from '@kubewright/vault'
import { type Clock, isApiError, sleep } from 'kubewright'
import { type InitializationPlan, type KeyStore, KeyStoreRefusal } from './plan.ts'

export type Outcome =
  | { readonly is: 'initialized' }
  /** Nothing has happened, and it may be tried again. */
  | { readonly is: 'refused'; readonly message: string }
  /** The node is initialised, or may be, and its shares are nowhere. */
  | { readonly is: 'lost'; readonly message: string }

export interface InitializationParts {
  readonly client: Pick<VaultClient, 'init'>
  readonly store: KeyStore
  readonly plan: InitializationPlan
  readonly node: string
  readonly clock: Clock
  /** Ends it as long as nothing has been asked of the node; after that only {@link KEEPING_MS} ends it. */
  readonly signal: AbortSignal
}

/** Vault shows the shares once: as long as this, a store that is away is tried again. */
export const KEEPING_MS = 10 * 60_000
const KEEP_AGAIN_MS = 1_000

/** First the place for the shares, then the shares: what Vault has given out once nobody can ask for again. */
export async function initialize(parts: InitializationParts): Promise<Outcome> {
  const { client, store, plan, node, signal } = parts
  try {
    await store.claim(node, signal)
  } catch (error) {
    if (!(error instanceof KeyStoreRefusal)) throw error
    return { is: 'refused', message: error.message }
  }
  let result: InitResult
  try {
    // Without the signal: who hangs up now loses the shares.
    result = await client.init({
      seal: 'shamir',
      ...{ shares: plan.shares, threshold: plan.threshold },
      ...(plan.pgpKeys !== undefined && { pgpKeys: plan.pgpKeys }),
      ...(plan.rootTokenPgpKey !== undefined && { rootTokenPgpKey: plan.rootTokenPgpKey }),
    })
  } catch (error) {
    return afterRefusal(error, store)
  }
  const { shares, rootToken: token } = result
  const encrypted = plan.rootTokenPgpKey !== undefined
  const trouble = await keep(parts, { shares, rootToken: encrypted ? { is: 'encrypted', message: token } : { is: 'bare', token } })
  if (trouble !== undefined)
    return { is: 'lost', message: `the shares of ${node} could not be kept (${trouble}): empty its storage, and begin again` }
  return { is: 'initialized' }
}

async function afterRefusal(error: unknown, store: KeyStore): Promise<Outcome> {
  if (!isVaultError(error)) throw error
  const { failure } = error
  const nothingHappened = failure.is === 'invalid' || failure.is === 'tls' || (failure.is === 'unreachable' && !failure.sent)
  if (!nothingHappened)
    return {
      is: 'lost',
      message: `it is not known whether the node was initialised (${failure.is}); if it was, its shares are lost: empty its storage`,
    }
  await store.release()
  // A PGP key that is none, say: Vault's sentence quotes no secret, as there is none yet.
  return { is: 'refused', message: error.message }
}

/** @returns what stood in the way to the end; `undefined` when they are kept */
async function keep({ store, clock }: InitializationParts, what: Parameters<KeyStore['keep']>[0]): Promise<string | undefined> {
  const until = clock.monotonic() + KEEPING_MS
  for (;;) {
    try {
      await store.keep(what)
      return undefined
    } catch (error) {
      if (clock.monotonic() >= until) return troubleOf(error)
    }
    await sleep(KEEP_AGAIN_MS, { clock })
  }
}

/** The message of an error may quote what was to be written, and that is the shares. */
const troubleOf = (error: unknown): string =>
  isApiError(error) ? `${error.code} ${error.status.reason ?? ''}`.trim() : 'the API server was away'
