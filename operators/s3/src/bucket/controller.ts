import { type ControllerDefinition, controller, formatTime, type ReconcileContext, references } from 'kubewright'
import { bucketProblems } from '../constraints/bucket-constraints.ts'
import { requireAllowed } from '../constraints/policy-constraints.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import { AccessKey } from '../kinds/access-key.ts'
import { Bucket } from '../kinds/bucket.ts'
import { BucketPolicy } from '../kinds/bucket-policy.ts'
import { may } from '../kinds/management.ts'
import { Provider } from '../kinds/provider.ts'
import { User } from '../kinds/user.ts'
import { Blocked } from '../reconcile/blocked.ts'
import { driftDelay, type Environment } from '../reconcile/environment.ts'
import { isForcedOut } from '../reconcile/orphaning.ts'
import { connected } from '../reconcile/ready-provider.ts'
import { targetOf } from '../reconcile/reference.ts'
import { type Pass, told } from '../reconcile/told.ts'
import { placeChildren } from './children.ts'
import { claim } from './claim.ts'
import { configure, type Entry } from './configuration.ts'
import { empty, isEmpty } from './emptying.ts'
import { asFound, ensureBucket } from './presence.ts'
import { SETTINGS } from './settings.ts'

type Context = ReconcileContext<Bucket>

export function bucketController(environment: Environment): ControllerDefinition<Bucket> {
  return controller(Bucket, {
    workers: environment.settings.workers,
    owns: [User, AccessKey, BucketPolicy],
    watches: [references(Provider, (bucket: Bucket) => [targetOf(bucket.spec.providerRef, bucket)])],
    retry: { base: '1s', cap: '5m' },
    reconcile: (context) => told(context, environment, 'Bucket', () => bringAbout(context, environment)),
    cleanup: (context) => told(context, environment, 'Bucket', () => remove(context, environment), 'cleanup'),
    onDeleted: (request) => environment.meter.forget('Bucket', request),
  })
}

const markerOf = ({ metadata: { namespace = '', name = '' } }: Bucket, { settings }: Environment): string =>
  `${settings.clusterId}/${namespace}/${name}`

async function bringAbout(context: Context, environment: Environment): Promise<Pass> {
  const { object, status, signal, clock } = context
  const { spec } = object
  const link = await connected(spec.providerRef, object, context, environment)
  requireAllowed(...bucketProblems(object, link.provider).map(({ problem }) => problem))
  claim(context, link)
  const again = await ensureBucket(context, link, {
    marker: markerOf(object, environment),
    creations: environment.creations,
    counted: (result) => environment.meter.changed('create', result),
  })
  if (again !== undefined) return { again, ready: { is: false, reason: 'Creating' }, prune: false }
  status.bucketName = spec.name
  status.arn = `arn:aws:s3:::${spec.name}`
  status.region = spec.region ?? link.provider.spec.region
  status.provider = { ...spec.providerRef }
  const before = object.status?.configuration ?? []
  const drifted: string[] = []
  let changes = 0
  const entries = await configure({
    ...{ storage: link.connection.storage, bucket: spec.name, spec, marker: markerOf(object, environment), before, signal },
    drifted: (setting) => {
      drifted.push(setting)
      environment.meter.drifted('Bucket', setting)
    },
    changed: (operation, result) => {
      changes++
      environment.meter.changed(operation, result)
    },
  })
  status.configuration = [...entries]
  if (changes > 0) status.lastSyncTime = formatTime(clock.now())
  tellDrift(context, drifted, entries)
  status.credentialsSecret = await placeChildren(context, link.provider)
  return { again: driftDelay(environment), ready: readiness(spec, entries) }
}

/** What is said of settings that are not as they should be. */
function readiness(spec: Bucket['spec'], entries: readonly Entry[]): NonNullable<Pass['ready']> {
  const wrong = entries.filter(({ name, state }) => {
    if (state === 'Denied' || state === 'Failed') return true
    if (state !== 'Unsupported' || spec.unsupported === 'Ignore') return false
    return SETTINGS.some((setting) => setting.name === name && setting.protects)
  })
  const [first] = wrong
  if (first === undefined) return { is: true, reason: 'Ready' }
  const reasons = { Denied: 'AccessDenied', Failed: 'ConfigurationFailed', Unsupported: 'Unsupported' } as const
  const reason = reasons[first.state as keyof typeof reasons]
  return { is: false, reason, message: wrong.map(({ name, message = '' }) => `${name}: ${message}`).join('; ') }
}

function tellDrift({ object, condition, recorder }: Context, drifted: readonly string[], entries: readonly Entry[]): void {
  if (drifted.length > 0)
    recorder.event(object, {
      type: 'Warning',
      reason: 'DriftDetected',
      action: 'Compare',
      note: `somebody else has changed ${drifted.join(', ')}`,
    })
  const left = entries.filter(({ state }) => state === 'Drifted' || state === 'Rewritten')
  condition(
    'DriftDetected',
    left.length > 0,
    left.length > 0 ? 'Differs' : 'InSync',
    left.map(({ name, message = '' }) => `${name}: ${message}`).join('; '),
  )
}

const BETWEEN_PASSES = 200
const STUCK_RETRY = 10 * 60_000

async function remove(context: Context, environment: Environment): Promise<Pass> {
  const { object, status, signal, recorder } = context
  const { spec } = object
  const done: Pass = { again: undefined, ready: { is: false, reason: 'Deleted' } }
  if (isForcedOut(context, `bucket "${spec.name}"`)) return done
  if (spec.deletionProtection)
    throw new Blocked('DeletionProtected', 'it is protected: set deletionProtection to false to delete it', STUCK_RETRY)
  const isOurs = status.origin !== undefined || status.pendingCreate !== undefined
  if (spec.deletionPolicy === 'Retain' || !isOurs || !may(spec.managementPolicies, 'Delete')) {
    if (isOurs)
      recorder.event(object, {
        reason: 'BucketRetained',
        action: 'Delete',
        note: `bucket "${spec.name}" stays on the server, with its data`,
      })
    return done
  }
  const { connection } = await connected(spec.providerRef, object, context, environment)
  const { storage } = connection
  const presence = await storage.find(spec.name, signal)
  if (presence.is === 'absent') return done
  const isMade = () => environment.creations.accountsFor(context, asFound(storage, spec.name, markerOf(object, environment), signal))
  if (status.origin === undefined && !(await isMade())) return done
  // Looked at, and not left to the server: there is one that deletes a bucket with all that is in its versions.
  if (!spec.forceDelete && !(await isEmpty(storage, spec.name, signal)))
    throw new Blocked(
      'BucketNotEmpty',
      'there are objects or versions in it: empty it, or set forceDelete, or deletionPolicy to Retain',
      STUCK_RETRY,
    )
  const emptied = await empty(storage, spec.name, spec, signal)
  const total = (object.status?.emptying?.deleted ?? 0) + emptied.deleted
  status.emptying = { deleted: total, stuck: 0 }
  if (emptied.is === 'stuck') {
    status.emptying = { deleted: total, stuck: emptied.left, first: emptied.first.slice(0, 100) }
    throw new Blocked(
      'ObjectsLocked',
      `${emptied.left} or more objects cannot be deleted (${emptied.code}), the first is "${emptied.first.slice(0, 100)}"`,
      STUCK_RETRY,
    )
  }
  if (emptied.is === 'more')
    return {
      again: BETWEEN_PASSES,
      ready: { is: false, reason: 'Emptying', message: `${total} objects and versions deleted` },
      prune: false,
    }
  try {
    await storage.deleteBucket(spec.name, signal)
    environment.meter.changed('delete', 'success')
  } catch (error) {
    environment.meter.changed('delete', 'error')
    // Somebody adds while it is emptied.
    if (isRemoteFailure(error) && error.code === 'BucketNotEmpty')
      return { again: BETWEEN_PASSES, ready: { is: false, reason: 'Emptying' }, prune: false }
    if (!isRemoteFailure(error, 'NotFound')) throw error
  }
  recorder.event(object, { reason: 'BucketDeleted', action: 'Delete', note: `bucket "${spec.name}" was deleted` })
  return done
}
