import { isVaultError, type VaultClient } from '@kubewright/vault'
import { type Clock, messageOf, sleepOrAbort } from 'kubewright'
import { type KeyStore, KeyStoreRefusal } from './plan.ts'

/** A node opens at any moment. */
const LOOK_AGAIN_MS = 2_000
/** What stands in the way of the store is mended by people. */
const SELDOM_MS = 300_000

/** A node that is open, as far as it has said. */
export interface OpenNode {
  readonly name: string
  /** Whether it is still who it was: a root token is worth more than a share. @returns why not */
  verify(signal: AbortSignal): Promise<string | undefined>
  /** With the token. Is closed here. */
  connect(token: string): Pick<VaultClient, 'request' | 'close'>
}

export interface RevocationParts {
  readonly store: Pick<KeyStore, 'rootToken' | 'dropRootToken'>
  /** Any one of the Vault; `undefined` while there is none, or while they are of more than one. */
  readonly openNode: () => OpenNode | undefined
  readonly told: (news: RootTokenNews) => void
  readonly clock: Clock
  readonly signal: AbortSignal
}

export type RootTokenNews =
  /** There is a token to revoke. */
  | { readonly is: 'kept' }
  | { readonly is: 'revoked'; readonly node: string }
  /** Told once for each message. */
  | { readonly is: 'hindered'; readonly message: string }

/** Revokes the root token of an initialisation as soon as a node is open, if one is kept, and then drops it. Whoever begins anew comes to the same end. */
export async function revokeKeptRootToken(parts: RevocationParts): Promise<void> {
  const { store, told, signal } = parts
  const read = await withStore(parts, async () => ({ token: await store.rootToken(signal) }))
  const token = read?.token
  if (token === undefined) return
  told({ is: 'kept' })
  const node = await revoke(token, parts)
  if (node === undefined) return
  const dropped = await withStore(parts, async () => {
    await store.dropRootToken(signal)
    return true
  })
  if (dropped === true) told({ is: 'revoked', node: node.name })
}

/** @returns the node that did it; `undefined` when the signal aborts before */
async function revoke(token: string, { openNode, clock, signal }: RevocationParts): Promise<OpenNode | undefined> {
  while (!signal.aborted) {
    const node = openNode()
    if (node !== undefined && (await node.verify(signal).catch(() => 'it could not be looked up')) === undefined) {
      if (await isRevoked(node.connect(token), signal)) return node
    }
    await sleepOrAbort(LOOK_AGAIN_MS, { clock, signal })
  }
  return undefined
}

/** A token that is not known any more is as good as revoked; all other failures are those of a node that has no leader yet, say. */
async function isRevoked(client: Pick<VaultClient, 'request' | 'close'>, signal: AbortSignal): Promise<boolean> {
  try {
    await client.request({ method: 'POST', path: '/v1/auth/token/revoke-self', signal })
    return true
  } catch (error) {
    return isVaultError(error, 'invalidToken')
  } finally {
    await client.close()
  }
}

/** Until the store takes it, with growing pauses. @returns `undefined` when the signal aborts before */
async function withStore<R>({ told, clock, signal }: RevocationParts, work: () => Promise<R>): Promise<R | undefined> {
  let said = ''
  for (let pause = LOOK_AGAIN_MS; !signal.aborted; pause = Math.min(2 * pause, SELDOM_MS)) {
    try {
      return await work()
    } catch (error) {
      if (signal.aborted) return undefined
      if (!(error instanceof KeyStoreRefusal)) throw error
      const message = messageOf(error)
      if (message !== said) told({ is: 'hindered', message })
      said = message
    }
    await sleepOrAbort(pause, { clock, signal })
  }
  return undefined
}
