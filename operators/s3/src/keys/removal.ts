import { isNotFound, type ReconcileContext, Secret } from 'kubewright'
import { isRemoteFailure } from '../gateway/failure.ts'
import type { Identity } from '../gateway/identity.ts'
import type { AccessKey } from '../kinds/access-key.ts'
import type { Environment } from '../reconcile/environment.ts'
import { isForcedOut } from '../reconcile/orphaning.ts'
import { connected, identityOf } from '../reconcile/ready-provider.ts'
import type { Pass } from '../reconcile/told.ts'
import type { Ledger } from './ledger.ts'
import { ledgerOf } from './ledger-status.ts'
import { isLost, SETTLE } from './lost-key.ts'
import { KeySecret } from './secret.ts'

type Context = ReconcileContext<AccessKey>

/** The end of an AccessKey: its keys, the policy of its own, and then its Secret. With Retain all of them stay. */
export async function removeAccessKey(context: Context, environment: Environment, attempted: ReadonlySet<string>): Promise<Pass> {
  const { object, status, signal, clock, client } = context
  const done: Pass = { again: undefined, ready: { is: false, reason: 'Deleted' } }
  const ledger = ledgerOf(status as AccessKey['status'] & object)
  const isOurs = ledger.keys.length > 0 || ledger.pending !== undefined || ledger.recent.length > 0
  if (isForcedOut(context, `access keys ${ledger.keys.map(({ id }) => id).join(', ')}`)) return done
  const secret = await KeySecret.read(object, client, signal)
  if (object.spec.deletionPolicy === 'Retain') {
    await secret.release()
    return done
  }
  if (isOurs && status.userName !== undefined) {
    const identity = identityOf(await connected(object.spec.providerRef, object, context, environment))
    const { pending } = ledger
    const settled = pending === undefined ? 0 : pending.at + SETTLE
    // Nothing is published any more; a creation that is under way ends by taking its key back.
    if (pending !== undefined && secret.view().is === 'ours') await secret.mark(`deleted-${pending.nonce}`)
    if (pending !== undefined && (pending.by !== environment.me || attempted.has(pending.nonce)) && clock.now() < settled)
      return { again: settled - clock.now(), ready: { is: false, reason: 'Settling' } }
    await removeKeys(identity, status.userName, ledger, signal)
    if (status.policyName !== undefined) await identity.deleteInlinePolicy(status.userName, status.policyName, signal)
  }
  await deleteSecret(context, secret)
  return done
}

/** Those in the ledger, and those that an intent made and whose secret nobody has. */
async function removeKeys(identity: Identity, userName: string, { keys, pending, recent }: Ledger, signal: AbortSignal): Promise<void> {
  const intents = [...(pending === undefined ? [] : [pending]), ...recent]
  const live = await identity.keys(userName, signal).catch((error: unknown) => {
    // With the user all its keys are gone.
    if (isRemoteFailure(error, 'NotFound')) return []
    throw error
  })
  for (const key of live) {
    const isKnown = keys.some(({ id }) => id === key.id)
    // The server is asked about those alone that could be ours.
    const isOurs = isKnown || (isLost(key, 'never', intents) && isLost(key, await identity.lastUse(key.id, signal), intents))
    if (isOurs) await identity.deleteKey(userName, key.id, signal)
  }
}

async function deleteSecret({ object, client, signal }: Context, secret: KeySecret): Promise<void> {
  const view = secret.view()
  if (view.is !== 'ours') return
  const secrets = await client.resource(Secret, { signal })
  const target = { name: secret.name, namespace: object.metadata.namespace }
  try {
    await secrets.delete(target, { signal, preconditions: secret.precondition })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
