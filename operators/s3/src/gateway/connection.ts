import { Agent as HttpsAgent } from 'node:https'
import type { IAMClient } from '@aws-sdk/client-iam'
import type { S3Client } from '@aws-sdk/client-s3'
import type { STSClient } from '@aws-sdk/client-sts'
import type { Clock } from 'kubewright'
import type { ProviderSpec } from '../kinds/provider.ts'
import { Caller, type CallerOptions } from './caller.ts'
import type { Credentials } from './credentials.ts'
import { Identity } from './identity.ts'
import { Pace } from './pace.ts'
import { loadSdk, type Sdk } from './sdk.ts'
import { Storage } from './storage.ts'
import { Tokens } from './tokens.ts'

export interface ConnectionOptions extends Pick<CallerOptions, 'random' | 'assertLeader' | 'hide'> {
  readonly spec: ProviderSpec
  readonly credentials: Credentials
  /** PEM. */
  readonly ca: string | undefined
  readonly clock: Clock
  readonly observe: (api: Api, operation: string, outcome: string, seconds: number) => void
}

export type Api = 's3' | 'iam' | 'sts'

/** How one server is reached with one set of credentials. Its clients, and what it has learnt of the server, are shared by all objects. */
export interface Connection {
  readonly storage: Storage
  /** `undefined`: the provider has no IAM endpoint. */
  readonly identity: Identity | undefined
  /** `undefined`: the provider has no STS endpoint. */
  readonly tokens: Tokens | undefined
  /** The same server with other credentials: to see whether a key works, or, with `keepsLead`, to work as a role. */
  as(credentials: Credentials, options?: { readonly keepsLead?: boolean }): Promise<Connection>
  /** Ends its sockets, as soon as what is under way is answered. */
  close(): void
}

/** A key is tried out by what reads. */
function refuseWrites(): never {
  throw new Error('a connection that only tries a key out does not write')
}

/** Sockets to one provider: as many as its requests need at its rate, and no more. */
const SOCKETS = 16

const DEFAULT_RATES = { s3PerSecond: 10, s3Burst: 20, iamPerSecond: 2, iamBurst: 5 } as const

export async function connectTo(options: ConnectionOptions): Promise<Connection> {
  return connectWith(await loadSdk(), options)
}

function connectWith(sdk: Sdk, options: ConnectionOptions): Connection {
  const { spec, clock, observe, random, assertLeader, hide } = options
  const agents = agentsFor(options)
  let active = 0
  let isClosing = false
  const endWhenIdle = () => {
    if (!isClosing || active > 0) return
    agents.httpAgent.destroy()
    agents.httpsAgent.destroy()
  }
  const hold = () => {
    active++
    return () => {
      active--
      endWhenIdle()
    }
  }
  const timeout = spec.timeoutSeconds * 1000
  const rates = spec.rateLimit ?? DEFAULT_RATES
  const callerFor = (api: Api, pace: Pace) =>
    new Caller({
      ...{ clock, random, pace, timeout, assertLeader, hide, hold },
      maxAttempts: spec.retry?.maxAttempts ?? 3,
      backoffStrategy: spec.retry?.backoffStrategy ?? 'exponential',
      observe: (operation, outcome, seconds) => observe(api, operation, outcome, seconds),
    })
  const common = (endpoint: string, region: string) => ({
    endpoint,
    region,
    // Given, and never looked for: the identity of the operator's own pod must not stand in for credentials that are missing.
    credentials: options.credentials.keys,
    // A creation that is repeated after a lost answer is made twice: what may be repeated is decided here.
    maxAttempts: 1,
    requestHandler: { ...agents, connectionTimeout: timeout, requestTimeout: timeout, throwOnRequestTimeout: true },
  })
  const s3: S3Client = new sdk.s3.S3Client({
    ...common(spec.endpoint, spec.region),
    forcePathStyle: spec.pathStyle,
    // Servers that are not AWS refuse, or answer without, the checksums that are usual now.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    followRegionRedirects: false,
  })
  const iam: IAMClient | undefined =
    spec.iamEndpoint === undefined ? undefined : new sdk.iam.IAMClient(common(spec.iamEndpoint, spec.iamRegion))
  const stsEndpoint = stsEndpointOf(spec)
  const sts: STSClient | undefined = stsEndpoint === undefined ? undefined : new sdk.sts.STSClient(common(stsEndpoint, spec.iamRegion))
  const iamPace = new Pace({ clock, perSecond: rates.iamPerSecond, burst: rates.iamBurst })
  return {
    storage: new Storage(
      sdk.s3,
      s3,
      callerFor('s3', new Pace({ clock, perSecond: rates.s3PerSecond, burst: rates.s3Burst })),
      spec.type,
      clock,
    ),
    identity: iam && new Identity(sdk.iam, iam, callerFor('iam', iamPace)),
    tokens: sts && new Tokens(sdk.sts, sts, callerFor('sts', iamPace)),
    as: (credentials, { keepsLead = false } = {}) =>
      connectTo({ ...options, credentials, ...(!keepsLead && { assertLeader: refuseWrites }) }),
    close: () => {
      isClosing = true
      endWhenIdle()
    },
  }
}

function agentsFor({ spec, ca }: ConnectionOptions) {
  const common = { keepAlive: true, maxSockets: SOCKETS }
  return {
    // Imported, Node's module would load its `fetch` too, in every program with this operator.
    httpAgent: new (process.getBuiltinModule('node:http').Agent)(common),
    httpsAgent: new HttpsAgent({
      ...common,
      ...(ca !== undefined && { ca }),
      ...(spec.tls?.insecureSkipVerify === true && { rejectUnauthorized: false }),
    }),
  }
}

/** Where the identity of credentials is asked for. Servers of their own have all services at one address. */
export function stsEndpointOf({ stsEndpoint, iamEndpoint, type }: ProviderSpec): string | undefined {
  if (stsEndpoint !== undefined) return stsEndpoint
  if (type === 'wasabi' && iamEndpoint === 'https://iam.wasabisys.com') return 'https://sts.wasabisys.com'
  if (type === 'aws' && iamEndpoint === 'https://iam.amazonaws.com') return 'https://sts.amazonaws.com'
  return iamEndpoint
}
