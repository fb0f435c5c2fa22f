import { type Condition, type ControllerDefinition, controller, formatTime, type ReconcileContext, references, Secret } from 'kubewright'
import type { Connection } from '../gateway/connection.ts'
import { isRemoteFailure } from '../gateway/failure.ts'
import { Provider } from '../kinds/provider.ts'
import type { Reason } from '../reasons.ts'
import { Blocked } from '../reconcile/blocked.ts'
import { driftDelay, type Environment } from '../reconcile/environment.ts'
import { isForcedOut } from '../reconcile/orphaning.ts'
import { targetOf } from '../reconcile/reference.ts'
import { type Pass, told } from '../reconcile/told.ts'
import { dependantsOf } from './dependants.ts'
import { protectSecrets, releaseSecrets, secretsOf } from './secret-protection.ts'

type Context = ReconcileContext<Provider>

/** How often a deletion looks whether the last dependant has gone. */
const DELETION_RETRY = 2_000

export function providerController(environment: Environment): ControllerDefinition<Provider> {
  return controller(Provider, {
    workers: environment.settings.workers,
    watches: [
      references(Secret, (provider: Provider) => secretsOf(provider).map((reference) => targetOf(reference, provider)), {
        metadataOnly: true,
      }),
    ],
    retry: { base: '1s', cap: '5m' },
    reconcile: (context) => told(context, environment, 'Provider', () => connect(context, environment)),
    cleanup: (context) => release(context, environment),
    onDeleted: (request) => environment.meter.forget('Provider', request),
  })
}

async function connect(context: Context, environment: Environment): Promise<Pass> {
  const { object, status, condition, clock } = context
  const name = object.metadata.name ?? ''
  status.dependants = undefined
  try {
    await protectSecrets(object, context)
    const connection = await environment.connections.refresh(object, context)
    const identity = await test(object, connection, context.signal)
    pin(context, identity)
    condition('AuthValid', true, 'AuthValid')
    condition('EndpointReachable', true, 'EndpointReachable')
    if (status.connected !== true) {
      status.connected = true
      status.lastConnectTime = formatTime(clock.now())
    }
    environment.meter.connected(name, 'connected')
    const capabilities = connection.storage.capabilities()
    // What was found out before a restart stays until it is found out again.
    if (Object.keys(capabilities).length > 0) status.capabilities = { ...status.capabilities, ...capabilities }
    advise(context)
    return { again: driftDelay(environment) }
  } catch (error) {
    status.connected = false
    environment.meter.connected(name, isRemoteFailure(error, 'Transient') ? 'disconnected' : 'error')
    explain(context, error)
    throw error
  }
}

/** By what these credentials may do: many may not list the buckets. */
async function test({ spec }: Provider, { tokens, storage }: Connection, signal: AbortSignal) {
  const identity = await tokens?.whoAmI(signal).catch((error: unknown) => {
    // A server without STS: S3 has to say it.
    if (isRemoteFailure(error, 'Unsupported', 'NotFound', 'Refused', 'Denied')) return undefined
    throw error
  })
  if (spec.testBucket !== undefined) {
    const presence = await storage.find(spec.testBucket, signal)
    if (presence.is === 'absent')
      throw new Blocked('TestBucketMissing', `there is no bucket "${spec.testBucket}" to test the connection with`, 60_000)
    return identity
  }
  try {
    await storage.listBuckets(signal)
  } catch (error) {
    // Refused for want of a right, and so known to the server.
    if (!isRemoteFailure(error, 'Denied')) throw error
  }
  return identity
}

function pin({ object, status }: Context, identity: { readonly account: string; readonly arn: string } | undefined): void {
  const known = object.status?.accountID
  if (identity === undefined || identity.account === '') return
  if (known !== undefined && known !== identity.account)
    throw new Blocked(
      'IdentityChanged',
      `the credentials are of account ${identity.account}, and before they were of ${known}: nothing is written. Correct the credentials, or make another Provider`,
    )
  status.accountID = identity.account
  status.identity = identity.arn
}

function explain({ condition }: Context, error: unknown): void {
  const set = condition as (type: string, status: Condition['status'] | boolean, reason: Reason, message?: string) => void
  const message = error instanceof Error ? error.message : String(error)
  if (isRemoteFailure(error, 'Unauthenticated', 'LockedOut', 'ClockSkew')) {
    set('EndpointReachable', true, 'EndpointReachable')
    set('AuthValid', false, error.is === 'Unauthenticated' ? 'AuthInvalid' : error.is, message)
  } else if (isRemoteFailure(error, 'Transient')) {
    set('EndpointReachable', false, 'EndpointUnreachable', message)
    set('AuthValid', 'Unknown', 'EndpointUnreachable', message)
  } else set('AuthValid', 'Unknown', 'NotTested', message)
}

function advise({ object: { spec }, status, condition }: Context): void {
  const advice = [
    ...(spec.tls?.insecureSkipVerify === true ? ['any certificate is taken (insecureSkipVerify)'] : []),
    ...([spec.endpoint, spec.iamEndpoint].some((endpoint) => endpoint?.startsWith('http://'))
      ? ['secrets of new keys go over plain HTTP']
      : []),
    ...(status.identity?.endsWith(':root') ? ['the credentials are those of the root user'] : []),
  ]
  if (advice.length > 0) condition('Advisory', true, 'Advice', advice.join('; '))
  else status.conditions = status.conditions?.filter(({ type }) => type !== 'Advisory')
}

async function release(context: Context, environment: Environment) {
  const { object, status, condition, cache } = context
  const dependants = dependantsOf(object, cache)
  if (dependants.length > 0 && !isForcedOut(context, dependants.join(', '))) {
    status.dependants = [...dependants]
    condition('DeletionBlocked', true, 'InUse', `it is needed by ${dependants.join(', ')}`)
    return { requeueAfter: DELETION_RETRY }
  }
  await releaseSecrets(object, context)
  environment.connections.forget(object.metadata.uid)
  return undefined
}
