import type { ReconcileContext } from 'kubewright'
import type { Connection } from '../gateway/connection.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import type { AccessKey } from '../kinds/access-key.ts'
import { Blocked } from '../reconcile/blocked.ts'
import { tryKey } from './maker.ts'
import type { LiveKey } from './protocol.ts'
import type { KeySecret } from './secret.ts'
import type { Surroundings } from './secret-content.ts'

const RETRY = 10 * 60_000

/**
 * Takes over a Secret that another program made, with the key in it: who uses the key notices nothing.
 * @throws Blocked when the server refuses the key, or when something else is in the Secret that would be lost
 */
export async function adoptSecret(
  { object, recorder, signal }: Pick<ReconcileContext<AccessKey>, 'object' | 'recorder' | 'signal'>,
  secret: KeySecret,
  { id, createdAt }: LiveKey,
  connection: Connection,
  surroundings: Surroundings,
  conceal: (secret: string) => void,
): Promise<void> {
  const { offered } = secret
  if (offered?.id !== id) return
  const strange = secret.strangeKeys(surroundings)
  if (strange.length > 0)
    throw new Blocked(
      'SecretConflict',
      `the Secret "${secret.name}" has keys that secretTemplate does not name, and that would be lost: ${strange.join(', ')}. Name them there, or take them out`,
      RETRY,
    )
  conceal(offered.secret)
  try {
    await tryKey(offered, connection, signal)
  } catch (error) {
    if (!isRemoteFailure(error, 'Unauthenticated')) throw error
    throw new Blocked(
      'SecretConflict',
      `the server refuses the key ${id} in the Secret "${secret.name}": it is not taken over. Remove the Secret to have a new key`,
      RETRY,
    )
  }
  await secret.adopt(id, createdAt)
  recorder.event(object, { reason: 'AccessKeyAdopted', action: 'Adopt', note: `the Secret "${secret.name}" was taken over with its key` })
}
