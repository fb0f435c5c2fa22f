import type { ReconcileContext } from 'kubewright'
import { tagsOf } from '../canonical/tags.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import type { Storage } from '../gateway/storage.ts'
import type { Bucket } from '../kinds/bucket.ts'
import { may } from '../kinds/management.ts'
import { Blocked } from '../reconcile/blocked.ts'
import type { Creations, Found } from '../reconcile/creations.ts'
import type { Connected } from '../reconcile/ready-provider.ts'
import { isEmpty } from './emptying.ts'
import { MARKER } from './settings.ts'

type Context = ReconcileContext<Bucket>

const MINUTE = 60_000

export interface Making {
  /** Says whose the bucket is. */
  readonly marker: string
  readonly creations: Creations
  /** Called with what has come of a creation. */
  readonly counted: (result: 'success' | 'error') => void
}

/**
 * Sees to it that the bucket is there and ours.
 * @returns `undefined` when that is so; a delay in ms when it takes another pass
 * @throws Blocked when it is not to be
 */
export async function ensureBucket(context: Context, connected: Connected, making: Making): Promise<number | undefined> {
  const { object, status, signal } = context
  const { spec } = object
  const presence = await connected.connection.storage.find(spec.name, signal)
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
      await take(context, connected, making)
      return undefined
    case 'absent':
      status.exists = false
      requireCreatable(object)
      if (!making.creations.announce(context)) return 10
      await create(context, connected, making)
      return undefined
  }
}

/** @throws Blocked */
function requireCreatable({ spec, status }: Bucket): void {
  if (status?.origin !== undefined && spec.onMissing === 'Report')
    throw new Blocked(
      'BucketVanished',
      `the bucket "${spec.name}" was there and is gone. It may have been renamed with its data; with onMissing: Recreate an empty one takes its place`,
      10 * MINUTE,
    )
  if (!may(spec.managementPolicies, 'Create'))
    throw new Blocked('NotFound', `there is no bucket "${spec.name}", and managementPolicies do not allow to create it`, 10 * MINUTE)
}

async function create(context: Context, connected: Connected, making: Making): Promise<void> {
  const { object, signal, recorder } = context
  const { provider, connection } = connected
  const { name, objectLock, ...spec } = object.spec
  const region = spec.region ?? provider.spec.region
  const hasRegions = provider.spec.type === 'aws' || provider.spec.type === 'wasabi' || spec.region !== undefined
  // us-east-1 is said by saying nothing; named, AWS refuses it.
  const options = { region: hasRegions && region !== 'us-east-1' ? region : undefined, objectLock: objectLock !== undefined }
  try {
    await making.creations.send(context, () => connection.storage.create(name, options, signal))
    making.counted('success')
  } catch (error) {
    making.counted('error')
    if (!isRemoteFailure(error)) throw error
    // It was not there a moment ago.
    if (error.code === 'BucketAlreadyOwnedByYou') return take(context, connected, making)
    if (error.code === 'BucketAlreadyExists')
      throw new Blocked('NameTaken', `the name "${name}" is taken by somebody else on this server: choose another one`, 60 * MINUTE)
    throw error
  }
  settle(context, 'Created')
  recorder.event(object, { reason: 'BucketCreated', action: 'Create', note: `bucket "${name}" was created` })
}

function settle({ status }: Context, origin: 'Created' | 'Adopted'): void {
  status.origin = origin
  status.pendingCreate = undefined
  status.exists = true
}

/** What is there is this object's already, or becomes so. @throws Blocked when it is not to be */
async function take(context: Context, { connection }: Connected, { marker, creations }: Making): Promise<void> {
  const { object, status, signal, recorder } = context
  const { adoptionPolicy, name } = object.spec
  status.exists = true
  const found = asFound(connection.storage, name, marker, signal)
  if (status.origin !== undefined) return settle(context, status.origin)
  if (await creations.accountsFor(context, found)) return settle(context, 'Created')
  status.pendingCreate = undefined
  if (adoptionPolicy === 'Never' || (adoptionPolicy === 'IfOwned' && !(await found.isMarked())))
    throw new Blocked(
      'AlreadyExists',
      `a bucket "${name}" exists and was not made for this object: it is left alone. With adoptionPolicy: Always it is taken over`,
      10 * MINUTE,
    )
  settle(context, 'Adopted')
  recorder.event(object, { reason: 'BucketAdopted', action: 'Adopt', note: `bucket "${name}" was taken over as it is` })
}

export const asFound = (storage: Storage, bucket: string, marker: string, signal: AbortSignal): Found => ({
  async isMarked() {
    const tags = await storage.read(bucket, 'tagging', signal)
    return tags.is === 'set' && tagsOf(tags.value)[MARKER] === marker
  },
  createdAt: () => storage.createdAt(bucket, signal),
  isUntouched: () => isEmpty(storage, bucket, signal),
})
