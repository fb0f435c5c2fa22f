import { type Clock, isApiError, sleep } from 'kubewright'
import type { Connection } from '../gateway/connection.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import type { Identity } from '../gateway/identity.ts'
import type { NewKey } from '../gateway/remote-identities.ts'
import type { KeySecret } from './secret.ts'
import type { Surroundings } from './secret-content.ts'

export interface MakerOptions {
  readonly identity: Identity
  readonly connection: Connection
  readonly clock: Clock
  readonly conceal: (secret: string) => void
  /** How long a new key may be refused, in ms. */
  readonly readiness: number
  readonly signal: AbortSignal
}

export type Made =
  | { readonly is: 'published'; readonly id: string }
  /** It is certain that no key is left of it. */
  | { readonly is: 'nothing'; readonly because: unknown }
  /** There may be a key that nobody knows of: whoever comes next looks for it. */
  | { readonly is: 'unknown'; readonly because: unknown }

/** Makes a key, sees that it works, and puts it into the Secret. Whatever goes wrong, it is told whether a key can be left behind. */
export async function makeKey(
  userName: string,
  intent: string,
  secret: KeySecret,
  surroundings: Surroundings,
  options: MakerOptions,
): Promise<Made> {
  const { identity, conceal, signal, clock } = options
  let key: NewKey
  try {
    key = await identity.createKey(userName, signal)
  } catch (because) {
    return { is: isRemoteFailure(because) && because.is !== 'Transient' ? 'nothing' : 'unknown', because }
  }
  conceal(key.secret)
  try {
    await untilAccepted(key, options)
  } catch (because) {
    return await takenBack(identity, userName, key, because, signal)
  }
  for (let attempt = 1; ; attempt++) {
    try {
      await secret.publish(key, intent, surroundings, clock.now())
      return { is: 'published', id: key.id }
    } catch (because) {
      // Refused for certain: the fence is another's, the Secret is gone, or may not be written.
      if (isApiError(because) && because.code >= 400 && because.code < 500 && because.code !== 408 && because.code !== 429)
        return await takenBack(identity, userName, key, because, signal)
      if (attempt >= PUBLISH_ATTEMPTS) return { is: 'unknown', because }
      await sleep(1_000 * 2 ** attempt, { clock, signal })
    }
  }
}

const PUBLISH_ATTEMPTS = 5

async function takenBack(identity: Identity, userName: string, key: NewKey, because: unknown, signal: AbortSignal): Promise<Made> {
  try {
    await identity.deleteKey(userName, key.id, signal)
    return { is: 'nothing', because }
  } catch {
    // What went wrong first is what is told; the key is found again by the intent.
    return { is: 'unknown', because }
  }
}

const FIRST_WAIT = 500
const LONGEST_WAIT = 15_000

/** IAM takes its time until all of its servers know a key. @throws RemoteFailure when it is refused for too long */
async function untilAccepted(key: NewKey, { connection, clock, readiness, signal }: MakerOptions): Promise<void> {
  const end = clock.monotonic() + readiness
  for (let wait = FIRST_WAIT; ; wait = Math.min(LONGEST_WAIT, wait * 2)) {
    try {
      return await tryKey(key, connection, signal)
    } catch (error) {
      if (!isRemoteFailure(error, 'Unauthenticated', 'Transient', 'Throttled') || clock.monotonic() + wait > end) throw error
    }
    await sleep(wait, { clock, signal })
  }
}

/** Sees whether the server takes a key. @throws RemoteFailure when it does not */
export async function tryKey(key: NewKey, connection: Connection, signal: AbortSignal): Promise<void> {
  // A new connection each time: one that was refused answers no more.
  const trial = await connection.as({ keys: { accessKeyId: key.id, secretAccessKey: key.secret }, expiresAt: undefined })
  try {
    if (trial.tokens === undefined) await trial.storage.listBuckets(signal)
    else await trial.tokens.whoAmI(signal)
  } catch (error) {
    // It may not do this, and so the server knows who it is.
    if (!isRemoteFailure(error, 'Denied', 'Unsupported')) throw error
  } finally {
    trial.close()
  }
}
