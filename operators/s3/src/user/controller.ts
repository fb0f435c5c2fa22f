import { type ControllerDefinition, controller, formatTime, type ReconcileContext, references } from 'kubewright'
import { MARKER } from '../bucket/settings.ts'
import { isSamePolicy } from '../canonical/policy.ts'
import { mergedTags } from '../canonical/tags.ts'
import { membershipProblem, nameProblem, policyProblem, requireAllowed } from '../constraints/policy-constraints.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import type { Identity } from '../gateway/identity.ts'
import { AccessKey } from '../kinds/access-key.ts'
import { IAMPolicy } from '../kinds/iam-policy.ts'
import { may } from '../kinds/management.ts'
import { Provider } from '../kinds/provider.ts'
import { User } from '../kinds/user.ts'
import { Blocked } from '../reconcile/blocked.ts'
import { driftDelay, type Environment } from '../reconcile/environment.ts'
import { isForcedOut } from '../reconcile/orphaning.ts'
import { connected, identityOf } from '../reconcile/ready-provider.ts'
import { targetOf } from '../reconcile/reference.ts'
import { type Pass, told } from '../reconcile/told.ts'
import { setChange } from './memberships.ts'
import { attachmentsOf, inlinePoliciesOf, policyRefsOf } from './policies.ts'
import { asFound, ensureUser } from './presence.ts'

type Context = ReconcileContext<User>

export function userController(environment: Environment): ControllerDefinition<User> {
  return controller(User, {
    workers: environment.settings.workers,
    watches: [
      references(Provider, (user: User) => [targetOf(user.spec.providerRef, user)]),
      references(IAMPolicy, (user: User) => policyRefsOf(user).map((reference) => targetOf(reference, user))),
    ],
    retry: { base: '1s', cap: '5m' },
    reconcile: (context) => told(context, environment, 'User', () => bringAbout(context, environment)),
    cleanup: (context) => told(context, environment, 'User', () => remove(context, environment), 'cleanup'),
    onDeleted: (request) => environment.meter.forget('User', request),
  })
}

const markerOf = ({ metadata: { namespace = '', name = '' } }: User, { settings }: Environment): string =>
  `${settings.clusterId}/${namespace}/${name}`

async function bringAbout(context: Context, environment: Environment): Promise<Pass> {
  const { object, condition, recorder } = context
  const { metadata, spec } = object
  const wanted = inlinePoliciesOf(object)
  const attachments = attachmentsOf(object, context)
  const link = await connected(spec.providerRef, object, context, environment)
  const identity = identityOf(link)
  requireAllowed(
    nameProblem(link.provider, 'users', metadata.namespace, spec.name),
    ...[...wanted.values()].map((policy) => policyProblem(link.provider, metadata.namespace, policy)),
    membershipProblem(link.provider, metadata.namespace, spec),
  )
  const marker = markerOf(object, environment)
  if ((await ensureUser(context, identity, marker, environment.creations)) === undefined)
    return { again: 10, ready: { is: false, reason: 'Creating' } }
  const writer = new Writer(context, identity)
  await inlinePolicies(context, identity, wanted, writer)
  await managedPolicies(context, identity, attachments, writer)
  await groups(context, identity, writer)
  await tags(context, identity, marker, writer)
  for (const what of writer.drifted) environment.meter.drifted('User', what)
  if (writer.drifted.length > 0)
    recorder.event(object, {
      type: 'Warning',
      reason: 'DriftDetected',
      action: 'Compare',
      note: `somebody else has changed ${writer.drifted.join(', ')}`,
    })
  condition('DriftDetected', writer.left.length > 0, writer.left.length > 0 ? 'Differs' : 'InSync', writer.left.join('; '))
  return { again: driftDelay(environment) }
}

/** Changes what may be changed, and remembers what was somebody else's doing. */
class Writer {
  readonly #context: Context
  readonly identity: Identity
  readonly drifted: string[] = []
  /** What differs and is left. */
  readonly left: string[] = []

  constructor(context: Context, identity: Identity) {
    this.#context = context
    this.identity = identity
  }

  /** @param wasOurs whether it was as wanted before */
  async change(what: string, wasOurs: boolean, write: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const { object, status, clock, signal } = this.#context
    const { driftPolicy, managementPolicies } = object.spec
    const isDrift = wasOurs && object.status?.observedGeneration === object.metadata.generation
    if (isDrift) this.drifted.push(what)
    if (!may(managementPolicies, 'Update') || (isDrift && driftPolicy === 'Report')) {
      this.left.push(what)
      return
    }
    await write(signal)
    status.lastSyncTime = formatTime(clock.now())
  }
}

async function inlinePolicies(
  { object, status, signal }: Context,
  identity: Identity,
  wanted: ReadonlyMap<string, object>,
  writer: Writer,
): Promise<void> {
  const user = object.spec.name
  const ours = object.status?.inlinePolicies ?? []
  for (const [name, policy] of wanted) {
    const seen = await identity.inlinePolicy(user, name, signal)
    if (isSamePolicy(policy, seen)) continue
    await writer.change(`policy ${name}`, ours.includes(name), (signal) =>
      identity.putInlinePolicy(user, name, JSON.stringify(policy), signal),
    )
  }
  for (const name of ours.filter((each) => !wanted.has(each)))
    await writer.change(`policy ${name}`, false, (signal) => identity.deleteInlinePolicy(user, name, signal))
  status.inlinePolicies = wanted.size === 0 ? undefined : [...wanted.keys()].sort()
}

async function managedPolicies(
  { object, status, signal }: Context,
  identity: Identity,
  wanted: readonly string[],
  writer: Writer,
): Promise<void> {
  const { name, attachmentsMode } = object.spec
  const ours = object.status?.attachedPolicies ?? []
  if (wanted.length === 0 && ours.length === 0 && attachmentsMode === 'Additive') return
  const seen = await identity.attached(name, signal)
  const { add, remove } = setChange(wanted, seen, ours, attachmentsMode)
  for (const arn of add) await writer.change(`attachment ${arn}`, ours.includes(arn), (signal) => identity.attach(name, arn, signal))
  for (const arn of remove) await writer.change(`attachment ${arn}`, !ours.includes(arn), (signal) => identity.detach(name, arn, signal))
  status.attachedPolicies = wanted.length === 0 ? undefined : [...wanted].sort()
}

async function groups({ object, status, signal }: Context, identity: Identity, writer: Writer): Promise<void> {
  const { name, attachmentsMode, groups: wanted = [] } = object.spec
  const ours = object.status?.groups ?? []
  if (wanted.length === 0 && ours.length === 0 && attachmentsMode === 'Additive') return
  const { add, remove } = setChange(wanted, await identity.groups(name, signal), ours, attachmentsMode)
  for (const group of add) await writer.change(`group ${group}`, ours.includes(group), (signal) => identity.joinGroup(name, group, signal))
  for (const group of remove)
    await writer.change(`group ${group}`, !ours.includes(group), (signal) => identity.leaveGroup(name, group, signal))
  status.groups = wanted.length === 0 ? undefined : [...wanted].sort()
}

async function tags({ object, status, condition, signal }: Context, identity: Identity, marker: string, writer: Writer): Promise<void> {
  const { name, tags: given, tagsMode } = object.spec
  if (given === undefined) return
  try {
    const seen = await identity.userTags(name, signal)
    const wanted = mergedTags({ tags: { ...given, [MARKER]: marker }, mode: tagsMode }, seen)
    const { add, remove } = setChange(pairs(wanted), pairs(seen), [], 'Exclusive')
    const gone = remove.map(keyOf).filter((key) => wanted[key] === undefined)
    if (add.length > 0)
      await writer.change('tags', true, (signal) =>
        identity.tagUser(name, Object.fromEntries(add.map((pair) => [keyOf(pair), wanted[keyOf(pair)]!])), signal),
      )
    if (gone.length > 0) await writer.change('tags', true, (signal) => identity.untagUser(name, gone, signal))
    status.conditions = status.conditions?.filter(({ type }) => type !== 'Advisory')
  } catch (error) {
    if (!isRemoteFailure(error, 'Unsupported')) throw error
    condition('Advisory', true, 'Unsupported', 'this server has no tags for users: spec.tags has no effect')
  }
}

const pairs = (tags: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(tags).map(([key, value]) => JSON.stringify([key, value]))
const keyOf = (pair: string): string => (JSON.parse(pair) as [string, string])[0]

/** How soon a deletion looks whether what it waits for has gone. */
const WAIT = 2_000

async function remove(context: Context, environment: Environment): Promise<Pass> {
  const { object, status, signal, cache, recorder } = context
  const { spec } = object
  const done: Pass = { again: undefined, ready: { is: false, reason: 'Deleted' } }
  if (isForcedOut(context, `user "${spec.name}"`)) return done
  const isOurs = status.origin !== undefined || status.pendingCreate !== undefined
  if (spec.deletionPolicy === 'Retain' || !isOurs || !may(spec.managementPolicies, 'Delete')) return done
  const keys = cache.list(AccessKey).filter((key) => {
    const target = targetOf(key.spec.userRef, key)
    return target.name === object.metadata.name && target.namespace === object.metadata.namespace
  })
  if (keys.length > 0)
    throw new Blocked(
      'InUse',
      `AccessKeys refer to it: ${keys.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ')}`,
      WAIT,
    )
  const identity = identityOf(await connected(spec.providerRef, object, context, environment))
  const found = await identity.user(spec.name, signal)
  if (found === undefined) return done
  const isMade = () => environment.creations.accountsFor(context, asFound(identity, found, markerOf(object, environment), signal))
  if (status.origin === undefined && !(await isMade())) return done
  if (status.userId !== undefined && found.id !== '' && status.userId !== found.id) return done
  const left = await identity.keys(spec.name, signal)
  if (left.length > 0 && spec.foreignKeysOnDelete === 'Report')
    throw new Blocked(
      'ForeignKeys',
      `the user has access keys that are not of an AccessKey: ${left.map(({ id }) => id).join(', ')}. Remove them, or set foreignKeysOnDelete: Delete`,
      60_000,
    )
  for (const { id } of left) await identity.deleteKey(spec.name, id, signal)
  for (const name of await identity.inlinePolicies(spec.name, signal)) await identity.deleteInlinePolicy(spec.name, name, signal)
  for (const arn of await orNone(identity.attached(spec.name, signal))) await identity.detach(spec.name, arn, signal)
  for (const group of await orNone(identity.groups(spec.name, signal))) await identity.leaveGroup(spec.name, group, signal)
  await identity.deleteUser(spec.name, signal)
  recorder.event(object, { reason: 'UserDeleted', action: 'Delete', note: `user "${spec.name}" was deleted` })
  return done
}

/** A server without such things has none of them. */
async function orNone(list: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await list
  } catch (error) {
    if (isRemoteFailure(error, 'Unsupported')) return []
    throw error
  }
}
