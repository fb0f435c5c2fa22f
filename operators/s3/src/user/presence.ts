import { formatTime, type ReconcileContext } from 'kubewright'
import { MARKER } from '../bucket/settings.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import type { Identity, RemoteUser } from '../gateway/identity.ts'
import { may } from '../kinds/management.ts'
import type { User } from '../kinds/user.ts'
import { Blocked } from '../reconcile/blocked.ts'

type Context = ReconcileContext<User>
const RETRY = 10 * 60_000

/**
 * Sees to it that the user is there and ours.
 * @returns `undefined` when it takes another pass
 * @throws Blocked when it is not to be
 */
export async function ensureUser(context: Context, identity: Identity, marker: string): Promise<RemoteUser | undefined> {
  const { object, status, signal, clock, recorder } = context
  const { spec } = object
  const found = await identity.user(spec.name, signal)
  if (found === undefined) {
    if (object.status?.origin !== undefined && spec.onMissing === 'Report')
      throw new Blocked('UserVanished', `the user "${spec.name}" was there and is gone; with onMissing: Recreate it is made again`, RETRY)
    if (!may(spec.managementPolicies, 'Create'))
      throw new Blocked('NotFound', `there is no user "${spec.name}", and managementPolicies do not allow to create it`, RETRY)
    if (object.status?.pendingCreate === undefined) {
      status.pendingCreate = { at: formatTime(clock.now()) }
      return undefined
    }
    const made = await identity.createUser(spec.name, { path: spec.path, tags: { ...spec.tags, [MARKER]: marker } }, signal)
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
  if (status.origin === undefined) {
    if (status.pendingCreate === undefined) await adopt(context, identity, marker)
    settle(context, found, status.pendingCreate === undefined ? 'Adopted' : 'Created')
  } else settle(context, found, status.origin)
  return found
}

function settle({ status }: Context, user: RemoteUser, origin: 'Created' | 'Adopted'): void {
  status.origin = origin
  status.pendingCreate = undefined
  status.created = true
  status.userId = user.id === '' ? undefined : user.id
  status.arn = user.arn === '' ? undefined : user.arn
}

async function adopt({ object, signal, recorder }: Context, identity: Identity, marker: string): Promise<void> {
  const { name, adoptionPolicy } = object.spec
  const isMarked = async () => {
    try {
      return (await identity.userTags(name, signal))[MARKER] === marker
    } catch (error) {
      if (isRemoteFailure(error, 'Unsupported', 'Denied')) return false
      throw error
    }
  }
  if (adoptionPolicy === 'Never' || (adoptionPolicy === 'IfOwned' && !(await isMarked())))
    throw new Blocked(
      'AlreadyExists',
      `a user "${name}" exists and was not made for this object: it is left alone. With adoptionPolicy: Always it is taken over`,
      RETRY,
    )
  recorder.event(object, { reason: 'UserAdopted', action: 'Adopt', note: `user "${name}" was taken over` })
}
