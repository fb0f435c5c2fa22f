import {
  type ControllerDefinition,
  controller,
  formatTime,
  type ReconcileContext,
  type ReconcileResult,
  references,
  Secret,
  watch,
} from 'kubewright'
import type { Identity } from '../gateway/identity.ts'
import { AccessKey } from '../kinds/access-key.ts'
import { GROUP, ROTATE } from '../kinds/group.ts'
import { Provider } from '../kinds/provider.ts'
import { User } from '../kinds/user.ts'
import { Blocked } from '../reconcile/blocked.ts'
import { driftDelay, type Environment } from '../reconcile/environment.ts'
import { type Connected, connected, identityOf } from '../reconcile/ready-provider.ts'
import { follow, targetOf } from '../reconcile/reference.ts'
import { type Pass, told } from '../reconcile/told.ts'
import type { LastUse, RotationPlan } from '../schedule/rotation-plan.ts'
import { adoptSecret } from './adoption.ts'
import { claim } from './claim.ts'
import { keyPolicy } from './key-policy.ts'
import { abandoned, currentOf, EMPTY_LEDGER, type Ledger, previousOf, without } from './ledger.ts'
import { fieldsOf, ledgerOf } from './ledger-status.ts'
import { isCurrent } from './live-object.ts'
import { makeKey } from './maker.ts'
import { decide, type Facts, type Step } from './protocol.ts'
import { removeAccessKey } from './removal.ts'
import { KeySecret } from './secret.ts'
import { adviseOnUse, planOf, wishOf } from './wish.ts'

type Context = ReconcileContext<AccessKey>

/** Soon, for a pass that goes on where this one ended: what it goes by has to be stored first. */
const NEXT_STEP = 10
/** For a cache that is behind. */
const BEHIND = 100
/** More steps than any way through the protocol has without writing the ledger. */
const STEPS = 12

export function accessKeyController(environment: Environment): ControllerDefinition<AccessKey> {
  // Of this process only: another one cannot know what was sent, and looks instead.
  const attempted = new Set<string>()
  return controller(AccessKey, {
    workers: environment.settings.workers,
    watches: [
      references(Provider, (key: AccessKey) => [targetOf(key.spec.providerRef, key)]),
      references(User, (key: AccessKey) => [targetOf(key.spec.userRef, key)]),
      watch(
        Secret,
        ({ metadata }) =>
          (metadata.ownerReferences ?? [])
            .filter(({ kind }) => kind === 'AccessKey')
            .map(({ name }) => ({ name, namespace: metadata.namespace })),
        {
          metadataOnly: true,
          labelSelector: `${GROUP}/resource-type=access-key`,
        },
      ),
    ],
    retry: { base: '1s', cap: '5m' },
    reconcile: (context) =>
      whenCurrent(context, () => told(context, environment, 'AccessKey', () => bringAbout(context, environment, attempted))),
    cleanup: (context) =>
      whenCurrent(context, () =>
        told(context, environment, 'AccessKey', () => removeAccessKey(context, environment, attempted), 'cleanup'),
      ),
    onDeleted: (request) => environment.meter.forget('AccessKey', request),
  })
}

/** A pass by what is not stored any more does nothing and says nothing: what has changed, or gone, comes by the watch. */
async function whenCurrent(context: Context, pass: () => Promise<ReconcileResult>): Promise<ReconcileResult> {
  return (await isCurrent(context)) ? pass() : { requeueAfter: BEHIND, prune: false }
}

interface Bench extends Connected {
  readonly identity: Identity
  readonly userName: string
  readonly secret: KeySecret
  readonly plan: RotationPlan
}

async function bringAbout(context: Context, environment: Environment, attempted: Set<string>): Promise<Pass> {
  const { object, status } = context
  const link = await connected(object.spec.providerRef, object, context, environment)
  const identity = identityOf(link)
  const plan = planOf(object)
  claim(context)
  const user = follow(User, object.spec.userRef, object, context)
  if (user.status?.origin === undefined || user.metadata.deletionTimestamp !== undefined)
    throw new Blocked('UserNotReady', `User "${object.spec.userRef.name}" is not on the server yet`, 10_000)
  const userName = user.spec.name
  status.userName = userName
  if (user.status.userId !== undefined) {
    // Another user of the same name: it has none of the keys.
    if (status.userId !== undefined && status.userId !== user.status.userId) Object.assign(status, fieldsOf(EMPTY_LEDGER))
    status.userId = user.status.userId
  }
  const secret = await KeySecret.read(object, context.client, context.signal)
  status.secretName = secret.name
  await keyPolicy(context, link.provider, identity, userName)
  return advance(context, environment, attempted, { ...link, identity, userName, secret, plan })
}

/** Step by step, until the ledger has to be written or nothing is left to do. */
async function advance(context: Context, environment: Environment, attempted: Set<string>, bench: Bench): Promise<Pass> {
  const { clock, recorder, object } = context
  for (let steps = 0; steps < STEPS; steps++) {
    const lastUses = new Map<string, LastUse>()
    const facts = await gather(context, environment, attempted, bench, lastUses)
    const step = decide(facts)
    switch (step.do) {
      case 'nothing':
        adviseOnUse(context, bench.plan, lastUses)
        return rest(context, environment, bench, facts, step)
      case 'wait':
        return { again: Math.max(NEXT_STEP, step.until - clock.now()), ready: waiting(facts.ledger, step) }
      case 'give up':
        throw new Blocked(step.reason, problemOf(step, bench.secret.name), 10 * 60_000)
      case 'record':
        return record(context, step)
      case 'adopt secret':
        await adoptSecret(context, bench.secret, step.key, bench.connection, surroundingsOf(bench), environment.conceal)
        break
      case 'prepare secret':
        await bench.secret.prepare()
        break
      case 'mark secret':
        await bench.secret.mark(step.intent)
        break
      case 'create':
        await create(context, environment, attempted, bench, facts, step.intent)
        break
      case 'activate':
      case 'deactivate':
        await bench.identity.setKeyActive(bench.userName, step.id, step.do === 'activate', context.signal)
        recorder.event(object, {
          reason: step.do === 'activate' ? 'AccessKeyActivated' : 'AccessKeyDeactivated',
          action: 'Update',
          note: `${step.id}: ${step.because}`,
        })
        break
      case 'delete': {
        await bench.identity.deleteKey(bench.userName, step.id, context.signal)
        recorder.event(object, { reason: 'AccessKeyDeleted', action: 'Delete', note: `${step.id}: ${step.because}` })
        const { ledger } = facts
        if (ledger.keys.some(({ id }) => id === step.id))
          return record(context, { do: 'record', ledger: without(ledger, step.id), because: 'retired' })
        break
      }
    }
  }
  return { again: 1_000, ready: { is: false, reason: 'Working' } }
}

async function gather(
  { object, status, clock, signal }: Context,
  environment: Environment,
  attempted: ReadonlySet<string>,
  bench: Bench,
  lastUses: Map<string, LastUse>,
): Promise<Facts> {
  const ledger = ledgerOf(status as AccessKey['status'] & object)
  const live = await bench.identity.keys(bench.userName, signal)
  const known = new Set(ledger.keys.map(({ id }) => id))
  const intents = [...(ledger.pending === undefined ? [] : [ledger.pending]), ...ledger.recent]
  const suspects = live.filter(({ id }) => !known.has(id) && intents.some(({ baseline }) => !baseline.includes(id)))
  const usesOfSuspects = new Map<string, LastUse>()
  for (const { id } of suspects) usesOfSuspects.set(id, await bench.identity.lastUse(id, signal))
  if (bench.plan.asksForUse) for (const { id } of ledger.keys) lastUses.set(id, await bench.identity.lastUse(id, signal))
  return {
    ...{ now: clock.now(), me: environment.me, ledger, live },
    secret: bench.secret.view(),
    attempted: (nonce) => attempted.has(nonce),
    lastUse: (id) => usesOfSuspects.get(id),
    wish: wishOf(object, bench.plan, lastUses),
    newNonce: environment.newId,
  }
}

/** The status is written at the end of the pass, if nobody has changed the object since it was read; the next pass goes by it. */
function record({ object, status, clock, recorder }: Context, { ledger, because }: Step & { readonly do: 'record' }): Pass {
  Object.assign(status, fieldsOf(ledger))
  const current = currentOf(ledger)
  status.accessKeyId = current?.id
  status.created = current !== undefined
  status.lastSyncTime = formatTime(clock.now())
  if (because === 'published' && current !== undefined) {
    const isFirst = previousOf(ledger).length === 0
    status.rotateRequest = object.metadata.annotations?.[ROTATE]
    if (!isFirst) status.lastRotateTime = formatTime(current.createdAt)
    // The id is in the status for who may read it there; events go further.
    recorder.event(object, {
      reason: isFirst ? 'AccessKeyCreated' : 'AccessKeyRotated',
      action: 'Create',
      note: 'a new key is in the Secret',
    })
  }
  if (because === 'vanished' || because === 'secret lost')
    recorder.event(object, {
      type: 'Warning',
      reason: 'DriftDetected',
      action: 'Compare',
      note: because === 'vanished' ? 'the key is gone from the server' : 'the Secret is gone or was changed: a new key takes its place',
    })
  return { again: NEXT_STEP, ready: { is: current !== undefined, reason: current === undefined ? 'Creating' : 'Ready' } }
}

async function create(
  context: Context,
  environment: Environment,
  attempted: Set<string>,
  bench: Bench,
  { ledger }: Facts,
  intent: string,
): Promise<void> {
  attempted.add(intent)
  const made = await makeKey(bench.userName, intent, bench.secret, surroundingsOf(bench), {
    ...{ identity: bench.identity, connection: bench.connection, clock: context.clock, signal: context.signal },
    conceal: environment.conceal,
    readiness: environment.settings.userReadinessTimeoutSeconds * 1000,
  })
  if (made.is === 'published') return bench.secret.refresh()
  if (made.is === 'nothing') Object.assign(context.status, fieldsOf(abandoned(ledger)))
  throw made.because
}

const surroundingsOf = ({ provider, userName }: Bench) => ({ provider: provider.spec, userName })

async function rest(
  context: Context,
  environment: Environment,
  bench: Bench,
  { ledger, now, wish }: Facts,
  { until, foreign }: Step & { readonly do: 'nothing' },
): Promise<Pass> {
  const { status, condition } = context
  const current = currentOf(ledger)!
  await bench.secret.redress(surroundingsOf(bench))
  status.accessKeyId = current.id
  status.created = true
  const due = wish.dueAt(current)
  status.nextRotateTime = due === undefined ? undefined : formatTime(due)
  condition(
    'UnknownKeys',
    foreign.length > 0,
    foreign.length > 0 ? 'ForeignKeys' : 'None',
    foreign.length > 0 ? `the user has keys that are not of this object: ${foreign.join(', ')}` : '',
  )
  const ready: Pass['ready'] = wish.active
    ? { is: true, reason: 'Ready' }
    : { is: false, reason: 'Inactive', message: 'the key is inactive, as its state says' }
  return { again: Math.max(NEXT_STEP, Math.min(driftDelay(environment), (until ?? Number.POSITIVE_INFINITY) - now)), ready }
}

function waiting(ledger: Ledger, { reason }: Step & { readonly do: 'wait' }): NonNullable<Pass['ready']> {
  const texts = {
    Settling: 'a creation was interrupted: it is looked whether it has come to something',
    NotYetVisible: 'the server does not list the new key yet',
    RecentlyRotated: 'the Secret is gone or was changed, and a key was made a moment ago',
    SlotTaken: 'the key of before has its time still, and a user has two keys at most',
  }
  return { is: currentOf(ledger) !== undefined && reason !== 'RecentlyRotated', reason, message: texts[reason] }
}

function problemOf({ reason, ids }: Step & { readonly do: 'give up' }, secretName: string): string {
  const list = ids.join(', ')
  const texts = {
    SecretConflict: `a Secret "${secretName}" exists and was not made for this object: remove it, choose another name in secretTemplate.name, or take it over with the key in it (adoptionPolicy: Always)`,
    KeyLimitReached: `the user has two keys, and no room for another: remove one of ${list}`,
    UnknownKeys: `it cannot be told whose these keys are: ${list}. Remove those that nobody needs`,
  }
  return texts[reason]
}
