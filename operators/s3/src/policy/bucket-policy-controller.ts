import { type ControllerDefinition, controller, formatTime, type ReconcileContext, references } from 'kubewright'
import { hashOf, type Json } from '../canonical/json.ts'
import { canonicalPolicy, parsePolicy } from '../canonical/policy.ts'
import { LOCKOUT_PROBLEM, locksEverybodyOut, wirePolicy } from '../canonical/policy-spec.ts'
import { policyProblem, requireAllowed } from '../constraints/policy-constraints.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import type { Storage } from '../gateway/storage.ts'
import { Bucket } from '../kinds/bucket.ts'
import { BucketPolicy } from '../kinds/bucket-policy.ts'
import { Provider } from '../kinds/provider.ts'
import { User } from '../kinds/user.ts'
import { Blocked } from '../reconcile/blocked.ts'
import { driftDelay, type Environment } from '../reconcile/environment.ts'
import { isForcedOut } from '../reconcile/orphaning.ts'
import { connected } from '../reconcile/ready-provider.ts'
import { follow, targetOf } from '../reconcile/reference.ts'
import { type Pass, told } from '../reconcile/told.ts'
import { claim } from './claim.ts'

type Context = ReconcileContext<BucketPolicy>

const USER_ARN = 'userArn:'
/** So long a principal may be unknown to the server that was just told of it. */
const VISIBILITY_RETRY = 5_000

export function bucketPolicyController(environment: Environment): ControllerDefinition<BucketPolicy> {
  return controller(BucketPolicy, {
    workers: environment.settings.workers,
    watches: [
      references(Bucket, (policy: BucketPolicy) => [targetOf(policy.spec.bucketRef, policy)]),
      references(User, (policy: BucketPolicy) => usersIn(policy).map((name) => ({ name, namespace: policy.metadata.namespace }))),
      references(Provider, ({ status, metadata }: BucketPolicy) =>
        status?.provider === undefined ? [] : [{ name: status.provider.name, namespace: status.provider.namespace ?? metadata.namespace }],
      ),
    ],
    retry: { base: '1s', cap: '5m' },
    reconcile: (context) => told(context, environment, 'BucketPolicy', () => bringAbout(context, environment)),
    cleanup: (context) => told(context, environment, 'BucketPolicy', () => remove(context, environment), 'cleanup'),
    onDeleted: (request) => environment.meter.forget('BucketPolicy', request),
  })
}

/** Those that placeholders name. */
function usersIn({ spec }: BucketPolicy): readonly string[] {
  return [...JSON.stringify(spec.policy).matchAll(/\$\{userArn:([^}]+)\}/g)].map(([, name]) => name!)
}

async function bringAbout(context: Context, environment: Environment): Promise<Pass> {
  const { object, status, signal, cache, clock, recorder, condition } = context
  const { spec } = object
  claim(context)
  const bucket = follow(Bucket, spec.bucketRef, object, context)
  if (bucket.status?.origin === undefined || bucket.status.exists !== true || bucket.metadata.deletionTimestamp !== undefined)
    throw new Blocked('BucketNotReady', `Bucket "${spec.bucketRef.name}" is not on the server yet`, 10_000)
  const { provider, connection } = await connected(bucket.spec.providerRef, bucket, context, environment)
  // The name on the server, and not that of the object.
  const name = bucket.spec.name
  status.bucketName = name
  status.provider = {
    name: provider.metadata.name ?? '',
    ...(provider.metadata.namespace !== undefined && { namespace: provider.metadata.namespace }),
  }
  const wire = wirePolicy(spec.policy, (placeholder) => {
    if (placeholder === 'bucketArn') return `arn:aws:s3:::${name}`
    const user = placeholder.startsWith(USER_ARN)
      ? cache.get(User, { name: placeholder.slice(USER_ARN.length), namespace: object.metadata.namespace })
      : undefined
    return user?.status?.arn
  })
  if (wire.is === 'waiting')
    throw new Blocked('UserNotReady', `the policy names what is not on the server yet: ${wire.for.join(', ')}`, 10_000)
  requireAllowed(policyProblem(provider, object.metadata.namespace, wire.policy))
  if (locksEverybodyOut(wire.policy) && !spec.allowSelfLockout) throw new Blocked('PolicyInvalid', LOCKOUT_PROBLEM)
  const wanted = hashOf(canonicalPolicy(wire.policy)!)
  const seen = await hashAt(connection.storage, name, signal)
  const isAsWritten = status.appliedHash === wanted
  const isRewritten = isAsWritten && seen !== undefined && seen === status.seenHash
  if (seen !== wanted && !isRewritten) {
    if (isAsWritten) {
      environment.meter.drifted('BucketPolicy', 'policy')
      recorder.event(object, {
        type: 'Warning',
        reason: 'DriftDetected',
        action: 'Compare',
        note: `somebody else has changed the policy of bucket "${name}"`,
      })
      if (spec.driftPolicy === 'Report') {
        condition('DriftDetected', true, 'Differs', 'the policy on the server is another one')
        return {
          again: driftDelay(environment),
          ready: { is: true, reason: 'Drifted', message: 'the policy on the server is another one' },
        }
      }
    }
    await put(connection.storage, name, JSON.stringify(wire.policy), bucket, signal)
    status.appliedHash = wanted
    // A server that makes something else of it is not told again.
    status.seenHash = await hashAt(connection.storage, name, signal)
    status.lastSyncTime = formatTime(clock.now())
    recorder.event(object, { reason: 'PolicyApplied', action: 'Update', note: `the policy of bucket "${name}" was set` })
  } else {
    status.appliedHash = wanted
    status.seenHash = seen
  }
  status.applied = true
  status.origin = 'Created'
  condition('DriftDetected', false, 'InSync')
  return { again: driftDelay(environment) }
}

async function hashAt(storage: Storage, bucket: string, signal: AbortSignal): Promise<string | undefined> {
  const reading = await storage.read(bucket, 'policy', signal)
  if (reading.is === 'unsupported') throw new Blocked('Unsupported', `this server has no policies of buckets: ${reading.because}`)
  const canonical: Json | undefined = reading.is === 'set' ? canonicalPolicy(parsePolicy(String(reading.value))) : undefined
  return canonical === undefined ? undefined : hashOf(canonical)
}

async function put(storage: Storage, bucket: string, document: string, { spec }: Bucket, signal: AbortSignal): Promise<void> {
  try {
    await storage.write(bucket, 'policy', document, signal)
  } catch (error) {
    if (isRemoteFailure(error, 'Denied') && spec.publicAccess?.blockPublicPolicy === true)
      throw new Blocked(
        'BlockedByPublicAccessBlock',
        `the policy may be a public one, and publicAccess.blockPublicPolicy refuses it: ${error.message}`,
      )
    // A user that was just made is not known everywhere at once.
    if (isRemoteFailure(error, 'Refused') && /principal/i.test(error.message))
      throw new Blocked('PrincipalNotVisible', error.message, VISIBILITY_RETRY)
    throw error
  }
}

async function remove(context: Context, environment: Environment): Promise<Pass> {
  const { object, status, signal, log } = context
  const done: Pass = { again: undefined, ready: { is: false, reason: 'Deleted' } }
  const { bucketName, provider, seenHash } = status
  if (isForcedOut(context, `the policy of bucket "${bucketName ?? ''}"`)) return done
  if (object.spec.deletionPolicy === 'Retain' || status.origin === undefined || bucketName === undefined || provider === undefined)
    return done
  const { connection } = await connected(provider, object, context, environment)
  const { storage } = connection
  // With the bucket its policy is gone.
  if ((await storage.find(bucketName, signal)).is !== 'here') return done
  if ((await hashAt(storage, bucketName, signal)) === seenHash) await storage.remove(bucketName, 'policy', signal)
  else log.warn('the policy of the bucket is no longer that of this object, and stays', { bucket: bucketName })
  return done
}
