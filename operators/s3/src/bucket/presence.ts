import { formatTime, type ReconcileContext } from 'kubewright'
import { tagsOf } from '../canonical/tags.ts'
import { isAllowedName } from '../constraints/policy-constraints.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import { Bucket } from '../kinds/bucket.ts'
import { may } from '../kinds/management.ts'
import { Provider } from '../kinds/provider.ts'
import { Blocked } from '../reconcile/blocked.ts'
import { yieldToElder } from '../reconcile/elder.ts'
import type { Connected } from '../reconcile/ready-provider.ts'
import { reachable } from '../reconcile/reference.ts'
import { MARKER } from './settings.ts'

type Context = ReconcileContext<Bucket>

const MINUTE = 60_000

/** Of objects that mean the same bucket, and may, the oldest has it. @throws Blocked for the others */
export function claim({ object, cache }: Pick<Context, 'object' | 'cache'>, { provider }: Pick<Connected, 'provider'>): void {
  const rivals = cache.list(Bucket).filter((other) => {
    if (other.spec.name !== object.spec.name) return false
    const its = reachable(Provider, other.spec.providerRef, other, { cache })
    return its?.spec.endpoint === provider.spec.endpoint && isAllowedName(its, 'buckets', other.metadata.namespace, other.spec.name)
  })
  yieldToElder(object, rivals, (elder) => `the bucket "${object.spec.name}" belongs to Bucket ${elder}: choose another name`)
}

/**
 * Sees to it that the bucket is there and ours.
 * @param counted called with what has come of a creation
 * @returns `undefined` when that is so; a delay in ms when it takes another pass
 * @throws Blocked when it is not to be
 */
export async function ensureBucket(
  context: Context,
  connected: Connected,
  marker: string,
  counted: (result: 'success' | 'error') => void,
): Promise<number | undefined> {
  const { object, status, signal, recorder, clock } = context
  const { spec } = object
  const { storage } = connected.connection
  const presence = await storage.find(spec.name, signal)
  switch (presence.is) {
    case 'elsewhere':
      throw new Blocked('WrongRegion', `the bucket is in the region ${presence.region ?? 'of another endpoint'}: use a Provider for it`)
    case 'forbidden':
      // Somebody else's, or ours with thin rights: it cannot be told, and neither is a reason to create it.
      throw new Blocked(
        'AccessDenied',
        `a bucket "${spec.name}" exists, and these credentials may not look at it (s3:ListBucket)`,
        10 * MINUTE,
      )
    case 'here':
      if (status.origin === undefined) {
        if (status.pendingCreate !== undefined) status.origin = 'Created'
        else await adopt(context, connected, marker)
      }
      status.pendingCreate = undefined
      status.exists = true
      return undefined
    case 'absent': {
      status.exists = false
      if (status.origin !== undefined && object.status?.origin !== undefined && spec.onMissing === 'Report')
        throw new Blocked(
          'BucketVanished',
          `the bucket "${spec.name}" was there and is gone. It may have been renamed with its data; with onMissing: Recreate an empty one takes its place`,
          10 * MINUTE,
        )
      if (!may(spec.managementPolicies, 'Create'))
        throw new Blocked('NotFound', `there is no bucket "${spec.name}", and managementPolicies do not allow to create it`, 10 * MINUTE)
      if (object.status?.pendingCreate === undefined) {
        // Written down before it is sent, so that after a crash it is known whose the bucket is.
        status.pendingCreate = { at: formatTime(clock.now()) }
        return 10
      }
      try {
        await create(context, connected)
        counted('success')
      } catch (error) {
        counted('error')
        throw error
      }
      status.origin = 'Created'
      status.pendingCreate = undefined
      status.exists = true
      recorder.event(object, { reason: 'BucketCreated', action: 'Create', note: `bucket "${spec.name}" was created` })
      return undefined
    }
  }
}

async function create({ object: { spec }, signal }: Context, { provider, connection }: Connected): Promise<void> {
  const region = spec.region ?? provider.spec.region
  const hasRegions = provider.spec.type === 'aws' || provider.spec.type === 'wasabi' || spec.region !== undefined
  try {
    // us-east-1 is said by saying nothing; named, AWS refuses it.
    const location = hasRegions && region !== 'us-east-1' ? region : undefined
    await connection.storage.create(spec.name, { region: location, objectLock: spec.objectLock !== undefined }, signal)
  } catch (error) {
    if (isRemoteFailure(error) && error.code === 'BucketAlreadyOwnedByYou') return
    if (isRemoteFailure(error) && error.code === 'BucketAlreadyExists')
      throw new Blocked('NameTaken', `the name "${spec.name}" is taken by somebody else on this server: choose another one`, 60 * MINUTE)
    throw error
  }
}

async function adopt({ object, status, signal, recorder }: Context, { connection }: Connected, marker: string): Promise<void> {
  const { adoptionPolicy, name } = object.spec
  if (adoptionPolicy === 'Never' || (adoptionPolicy === 'IfOwned' && !(await isMarked())))
    throw new Blocked(
      'AlreadyExists',
      `a bucket "${name}" exists and was not made for this object: it is left alone. With adoptionPolicy: Always it is taken over`,
      10 * MINUTE,
    )
  status.origin = 'Adopted'
  recorder.event(object, { reason: 'BucketAdopted', action: 'Adopt', note: `bucket "${name}" was taken over as it is` })

  async function isMarked(): Promise<boolean> {
    const tags = await connection.storage.read(name, 'tagging', signal)
    return tags.is === 'set' && tagsOf(tags.value)[MARKER] === marker
  }
}
