import type { ReconcileContext } from 'kubewright'
import { MARKER } from '../bucket/settings.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import type { Identity } from '../gateway/identity.ts'
import type { RemotePolicy } from '../gateway/remote-identities.ts'
import type { IAMPolicy } from '../kinds/iam-policy.ts'
import { may } from '../kinds/management.ts'
import { Blocked } from '../reconcile/blocked.ts'
import type { Creations, Found } from '../reconcile/creations.ts'

type Context = ReconcileContext<IAMPolicy>

const RETRY = 10 * 60_000

export const nameOf = ({ spec, metadata }: IAMPolicy): string => spec.name ?? metadata.name ?? ''

export interface Making {
  readonly document: string
  /** Says whose the policy is. */
  readonly marker: string
  readonly creations: Creations
}

/**
 * Sees to it that the policy is there and ours.
 * @returns its ARN; `undefined` when it takes another pass
 * @throws Blocked when it is not to be
 */
export async function ensurePolicy(context: Context, identity: Identity, making: Making): Promise<string | undefined> {
  const { object, status, signal } = context
  const { spec } = object
  const name = nameOf(object)
  const arn = object.status?.policyArn ?? (await identity.findPolicy(name, spec.path ?? '/', signal))
  const found = arn === undefined ? undefined : await identity.policy(arn, signal)
  if (found !== undefined) {
    status.origin ??= await originOf(context, asFound(identity, found, making.marker, signal), making.creations)
    status.pendingCreate = undefined
    status.policyArn = found.arn
    return found.arn
  }
  if (status.origin !== undefined && spec.onMissing === 'Report')
    throw new Blocked('PolicyVanished', `the policy "${name}" was there and is gone; with onMissing: Recreate it is made again`, RETRY)
  if (!may(spec.managementPolicies, 'Create'))
    throw new Blocked('NotFound', `there is no policy "${name}", and managementPolicies do not allow to create it`, RETRY)
  status.policyArn = undefined
  if (!making.creations.announce(context)) return undefined
  return create(context, identity, making)
}

async function create(context: Context, identity: Identity, { document, marker, creations }: Making): Promise<string> {
  const { object, status, signal, recorder } = context
  const { path, description, tags } = object.spec
  const name = nameOf(object)
  const options = { path, description, document, tags: { ...tags, [MARKER]: marker } }
  const arn = await creations.send(context, () => identity.createPolicy(name, options, signal))
  status.origin = 'Created'
  status.pendingCreate = undefined
  status.policyArn = arn
  recorder.event(object, { reason: 'PolicyCreated', action: 'Create', note: `policy "${name}" was created` })
  return arn
}

/** @throws Blocked when it is not ours, and not to be taken over */
async function originOf(context: Context, found: Found, creations: Creations): Promise<'Created' | 'Adopted'> {
  const { object, status } = context
  if (await creations.accountsFor(context, found)) return 'Created'
  status.pendingCreate = undefined
  const { adoptionPolicy } = object.spec
  if (adoptionPolicy === 'Always' || (adoptionPolicy === 'IfOwned' && (await found.isMarked()))) return 'Adopted'
  throw new Blocked(
    'AlreadyExists',
    `a policy "${nameOf(object)}" exists and was not made for this object: it is left alone. With adoptionPolicy: Always it is taken over`,
    RETRY,
  )
}

export const asFound = (identity: Identity, { arn, version, createdAt }: RemotePolicy, marker: string, signal: AbortSignal): Found => ({
  async isMarked() {
    try {
      return (await identity.policyTags(arn, signal))[MARKER] === marker
    } catch (error) {
      if (isRemoteFailure(error, 'Unsupported', 'Denied')) return false
      throw error
    }
  },
  createdAt: async () => createdAt,
  isUntouched: async () => version === 'v1',
})
