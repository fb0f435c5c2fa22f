import { isVaultError, type VaultClient } from '@kubewright/vault'
import { type Clock, sleepOrAbort } from 'kubewright'

const LOOK_AGAIN_MS = 2_000

export interface RevocationParts {
  /** With the token. Is closed at the end. */
  readonly client: Pick<VaultClient, 'request' | 'close'>
  /** Whether the node is still who it was: a root token is worth more than a share. @returns why not */
  readonly verify: () => Promise<string | undefined>
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Waits until the node is open, and revokes the token with which it began. @returns false when the signal aborts before */
export async function revokeRootToken({ client, verify, clock, signal }: RevocationParts): Promise<boolean> {
  try {
    while (!signal.aborted) {
      if ((await verify().catch(() => 'it could not be looked up')) === undefined && (await isRevoked(client, signal))) return true
      await sleepOrAbort(LOOK_AGAIN_MS, { clock, signal })
    }
    return false
  } finally {
    await client.close()
  }
}

/** A token that is not known any more is as good as revoked; all other failures are those of a node that is not open yet. */
async function isRevoked(client: RevocationParts['client'], signal: AbortSignal): Promise<boolean> {
  return client.request({ method: 'POST', path: '/v1/auth/token/revoke-self', signal }).then(
    () => true,
    (error: unknown) => isVaultError(error, 'invalidToken'),
  )
}
