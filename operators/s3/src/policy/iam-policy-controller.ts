import { type ControllerDefinition, controller, formatTime, type ReconcileContext, references } from 'kubewright'
import { MARKER } from '../bucket/settings.ts'
import { isSamePolicy } from '../canonical/policy.ts'
import { mergedTags } from '../canonical/tags.ts'
import { nameProblem, policyProblem, requireAllowed } from '../constraints/policy-constraints.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import type { Identity } from '../gateway/identity.ts'
import type { PolicyVersion } from '../gateway/remote-identities.ts'
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
import { policyRefsOf } from '../user/policies.ts'
import { asFound, ensurePolicy, nameOf } from './iam-policy-presence.ts'
import { identityPolicy } from './identity-policy.ts'

type Context = ReconcileContext<IAMPolicy>

const WAIT = 2_000
/** Of AWS. */
const MOST_VERSIONS = 5
/** A status is no place for long lists. */
const SHOWN_USERS = 100

export function iamPolicyController(environment: Environment): ControllerDefinition<IAMPolicy> {
  return controller(IAMPolicy, {
    workers: environment.settings.workers,
    watches: [references(Provider, (policy: IAMPolicy) => [targetOf(policy.spec.providerRef, policy)])],
    retry: { base: '1s', cap: '5m' },
    reconcile: (context) => told(context, environment, 'IAMPolicy', () => bringAbout(context, environment)),
    cleanup: (context) => told(context, environment, 'IAMPolicy', () => remove(context, environment), 'cleanup'),
    onDeleted: (request) => environment.meter.forget('IAMPolicy', request),
  })
}

const markerOf = ({ metadata: { namespace = '', name = '' } }: IAMPolicy, { settings }: Environment): string =>
  `${settings.clusterId}/${namespace}/${name}`

async function bringAbout(context: Context, environment: Environment): Promise<Pass> {
  const { object, status, signal } = context
  const { spec } = object
  const wanted = identityPolicy(spec.policy)
  const link = await connected(spec.providerRef, object, context, environment)
  const identity = identityOf(link)
  const { namespace } = object.metadata
  requireAllowed(nameProblem(link.provider, 'policies', namespace, nameOf(object)), policyProblem(link.provider, namespace, wanted))
  const marker = markerOf(object, environment)
  const arn = await ensurePolicy(context, identity, { document: JSON.stringify(wanted), marker, creations: environment.creations })
  if (arn === undefined) return { again: 10, ready: { is: false, reason: 'Creating' }, prune: false }
  await bringUpToDate(context, environment, identity, arn, wanted)
  await tags(context, identity, arn, marker)
  status.applied = true
  const users = await identity.usersWith(arn, signal)
  status.attachedUsers = users === undefined || users.length === 0 ? undefined : [...users].sort().slice(0, SHOWN_USERS)
  return { again: driftDelay(environment) }
}

/** A policy is changed by a new version, of which there are five at most: an older one that says the same is taken again. */
async function bringUpToDate(context: Context, environment: Environment, identity: Identity, arn: string, wanted: object): Promise<void> {
  const { object, status, signal, clock, recorder, condition } = context
  const versions = await identity.policyVersions(arn, signal)
  const current = versions.find(({ isDefault }) => isDefault)
  status.version = current?.id
  if (current !== undefined && isSamePolicy(wanted, await identity.policyVersion(arn, current.id, signal))) {
    condition('DriftDetected', false, 'InSync')
    return
  }
  const isDrift = object.status?.applied === true && object.status.observedGeneration === object.metadata.generation
  if (isDrift) {
    environment.meter.drifted('IAMPolicy', 'policy')
    recorder.event(object, { type: 'Warning', reason: 'DriftDetected', action: 'Compare', note: 'somebody else has changed the policy' })
  }
  if (!may(object.spec.managementPolicies, 'Update') || (isDrift && object.spec.driftPolicy === 'Report')) {
    condition('DriftDetected', true, 'Differs', `the default version ${current?.id ?? ''} says something else`)
    return
  }
  status.version =
    (await sameVersion(identity, arn, versions, wanted, signal)) ?? (await newVersion(identity, arn, versions, wanted, signal))
  status.lastSyncTime = formatTime(clock.now())
  condition('DriftDetected', false, 'InSync')
  recorder.event(object, { reason: 'PolicyApplied', action: 'Update', note: `version ${status.version} is the default` })
}

async function sameVersion(
  identity: Identity,
  arn: string,
  versions: readonly PolicyVersion[],
  wanted: object,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const { id, isDefault } of versions) {
    if (isDefault || !isSamePolicy(wanted, await identity.policyVersion(arn, id, signal))) continue
    await identity.setDefaultVersion(arn, id, signal)
    return id
  }
  return undefined
}

async function newVersion(
  identity: Identity,
  arn: string,
  versions: readonly PolicyVersion[],
  wanted: object,
  signal: AbortSignal,
): Promise<string> {
  const [oldest] = versions
    .filter(({ isDefault }) => !isDefault)
    .sort((a, b) => a.createdAt - b.createdAt || a.id.localeCompare(b.id, 'en', { numeric: true }))
  if (versions.length >= MOST_VERSIONS && oldest !== undefined) await identity.deletePolicyVersion(arn, oldest.id, signal)
  return identity.createPolicyVersion(arn, JSON.stringify(wanted), signal)
}

async function tags({ object, status, condition, signal }: Context, identity: Identity, arn: string, marker: string): Promise<void> {
  const { tags: given, tagsMode, managementPolicies } = object.spec
  if (given === undefined || !may(managementPolicies, 'Update')) return
  try {
    const seen = await identity.policyTags(arn, signal)
    const wanted = mergedTags({ tags: { ...given, [MARKER]: marker }, mode: tagsMode }, seen)
    const added = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => seen[key] !== value))
    const gone = Object.keys(seen).filter((key) => wanted[key] === undefined)
    if (Object.keys(added).length > 0) await identity.tagPolicy(arn, added, signal)
    if (gone.length > 0) await identity.untagPolicy(arn, gone, signal)
    status.conditions = status.conditions?.filter(({ type }) => type !== 'Advisory')
  } catch (error) {
    if (!isRemoteFailure(error, 'Unsupported')) throw error
    condition('Advisory', true, 'Unsupported', 'this server has no tags for policies: spec.tags has no effect')
  }
}

async function remove(context: Context, environment: Environment): Promise<Pass> {
  const { object, status, signal, cache, recorder } = context
  const { spec, metadata } = object
  const done: Pass = { again: undefined, ready: { is: false, reason: 'Deleted' } }
  if (isForcedOut(context, `policy "${nameOf(object)}"`)) return done
  const isOurs = status.origin !== undefined || status.pendingCreate !== undefined
  if (spec.deletionPolicy === 'Retain' || !isOurs || !may(spec.managementPolicies, 'Delete')) return done
  const users = cache.list(User).filter((user) =>
    policyRefsOf(user).some((reference) => {
      const target = targetOf(reference, user)
      return target.name === metadata.name && target.namespace === metadata.namespace
    }),
  )
  if (users.length > 0 && spec.inUse === 'Wait')
    throw new Blocked(
      'InUse',
      `Users refer to it: ${users.map((user) => `${user.metadata.namespace}/${user.metadata.name}`).join(', ')}`,
      WAIT,
    )
  const identity = identityOf(await connected(spec.providerRef, object, context, environment))
  const arn = status.policyArn ?? (await identity.findPolicy(nameOf(object), spec.path ?? '/', signal))
  const found = arn && (await identity.policy(arn, signal))
  if (!arn || !found) return done
  const isMade = () => environment.creations.accountsFor(context, asFound(identity, found, markerOf(object, environment), signal))
  if (status.origin === undefined && !(await isMade())) return done
  // Asked for, and not left to the server: there is one that deletes a policy that is attached, and then nobody can detach it.
  const attached = await identity.usersWith(arn, signal)
  if (attached !== undefined && attached.length > 0 && spec.inUse === 'Wait')
    throw new Blocked('InUse', `it is attached to users: ${attached.slice(0, 10).join(', ')}`, 30_000)
  // A server that cannot tell is told to take it off all that we know to refer to it.
  for (const user of attached ?? users.map(({ spec }) => spec.name)) await identity.detach(user, arn, signal)
  for (const { id, isDefault } of await identity.policyVersions(arn, signal))
    if (!isDefault) await identity.deletePolicyVersion(arn, id, signal)
  await identity.deletePolicy(arn, signal)
  recorder.event(object, { reason: 'PolicyDeleted', action: 'Delete', note: `policy "${nameOf(object)}" was deleted` })
  return done
}
