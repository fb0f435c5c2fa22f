import type { ReconcileContext } from 'kubewright'
import { MARKER } from '../bucket/settings.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import type { Identity } from '../gateway/identity.ts'
import type { RemoteUser } from '../gateway/remote-identities.ts'
import { may } from '../kinds/management.ts'
import type { User } from '../kinds/user.ts'
import { Blocked } from '../reconcile/blocked.ts'
import type { Creations, Found } from '../reconcile/creations.ts'

type Context = ReconcileContext<User>
const RETRY = 10 * 60_000

/**
 * Sees to it that the user is there and ours.
 * @returns `undefined` when it takes another pass
 * @throws Blocked when it is not to be
 */
export async function ensureUser(
  context: Context,
  identity: Identity,
  marker: string,
  creations: Creations,
): Promise<RemoteUser | undefined> {
  const { object, status, signal, recorder } = context
  const { spec } = object
  const found = await identity.user(spec.name, signal)
  if (found === undefined) {
    await refuseTwin(context, identity)
    if (object.status?.origin !== undefined && spec.onMissing === 'Report')
      throw new Blocked('UserVanished', `the user "${spec.name}" was there and is gone; with onMissing: Recreate it is made again`, RETRY)
    if (!may(spec.managementPolicies, 'Create'))
      throw new Blocked('NotFound', `there is no user "${spec.name}", and managementPolicies do not allow to create it`, RETRY)
    if (!creations.announce(context)) return undefined
    const options = { path: spec.path, tags: { ...spec.tags, [MARKER]: marker } }
    const made = await creations.send(context, () => identity.createUser(spec.name, options, signal))
    recorder.event(object, { reason: 'UserCreated', action: 'Create', note: `user "${spec.name}" was created` })
    settle(context, made, 'Created')
    return made
  }
  const known = object.status?.userId
  if (known !== undefined && found.id !== '' && known !== found.id && status.pendingCreate === undefined)
    throw new Blocked(
      'UserReplaced',
      `the user "${spec.name}" is another one than before (${found.id}, and not ${known}): it is left alone`,
      RETRY,
    )
  settle(context, found, status.origin ?? (await originOf(context, identity, found, marker, creations)))
  return found
}

/** @throws Blocked when it is not ours, and not to be taken over */
async function originOf(context: Context, identity: Identity, user: RemoteUser, marker: string, creations: Creations) {
  const found = asFound(identity, user, marker, context.signal)
  if (await creations.accountsFor(context, found)) return 'Created'
  context.status.pendingCreate = undefined
  await adopt(context, found)
  return 'Adopted'
}

export const asFound = (identity: Identity, user: RemoteUser, marker: string, signal: AbortSignal): Found => ({
  async isMarked() {
    try {
      return (await identity.userTags(user.name, signal))[MARKER] === marker
    } catch (error) {
      if (isRemoteFailure(error, 'Unsupported', 'Denied')) return false
      throw error
    }
  },
  createdAt: async () => user.createdAt,
  isUntouched: async () => (await identity.keys(user.name, signal)).length === 0,
})

/** Who was renamed has the policies and keys of before: another one of the old name would be a second user beside it. @throws Blocked */
async function refuseTwin({ object, signal }: Context, identity: Identity): Promise<void> {
  const { origin, userId } = object.status ?? {}
  if (origin === undefined || userId === undefined) return
  const name = await identity.nameOfUser(userId, signal)
  if (name !== undefined && name !== object.spec.name)
    throw new Blocked(
      'UserRenamed',
      `the user "${object.spec.name}" is called "${name}" now: give it its name back, or make another User`,
      RETRY,
    )
}

function settle({ status }: Context, user: RemoteUser, origin: 'Created' | 'Adopted'): void {
  status.origin = origin
  status.pendingCreate = undefined
  status.created = true
  status.userId = user.id === '' ? undefined : user.id
  status.arn = user.arn === '' ? undefined : user.arn
}

async function adopt({ object, recorder }: Context, found: Found): Promise<void> {
  const { name, adoptionPolicy } = object.spec
  if (adoptionPolicy === 'Never' || (adoptionPolicy === 'IfOwned' && !(await found.isMarked())))
    throw new Blocked(
      'AlreadyExists',
      `a user "${name}" exists and was not made for this object: it is left alone. With adoptionPolicy: Always it is taken over`,
      RETRY,
    )
  recorder.event(object, { reason: 'UserAdopted', action: 'Adopt', note: `user "${name}" was taken over` })
}
