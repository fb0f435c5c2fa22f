import { z } from 'zod'
import { answerOf } from '../answers.ts'
import type { Caller } from '../caller.ts'
import type { CallOptions } from './seal.ts'

/** The states of `sys/health`, by its status codes. `unknown` is any other code, and no reason to restart anything. */
export type HealthState =
  | 'active'
  | 'standby'
  | 'drSecondary'
  | 'performanceStandby'
  | 'standbyWithoutActive'
  | 'notInitialized'
  | 'sealed'
  | 'removed'
  | 'unknown'

export interface Health {
  readonly state: HealthState
  readonly status: number
  readonly version: string | undefined
  /** Only while unsealed. */
  readonly clusterId: string | undefined
  /** Its clock, in milliseconds since the epoch, cut to seconds. */
  readonly serverTime: number | undefined
}

const STATES: Readonly<Record<number, HealthState>> = {
  200: 'active',
  429: 'standby',
  472: 'drSecondary',
  473: 'performanceStandby',
  474: 'standbyWithoutActive',
  501: 'notInitialized',
  503: 'sealed',
  530: 'removed',
}

const HealthAnswer = z.object({
  version: z.string().optional(),
  cluster_id: z.string().optional(),
  server_time_utc: z.number().optional(),
  initialized: z.boolean(),
})

const LeaderAnswer = z.object({
  ha_enabled: z.boolean(),
  is_self: z.boolean(),
  leader_address: z.string().default(''),
  active_time: z.string().optional(),
})

export interface Leader {
  readonly haEnabled: boolean
  readonly isSelf: boolean
  /** As the node believes it: for 10 s and more after the leader died it names the dead one. */
  readonly address: string | undefined
}

const InitAnswer = z.object({
  keys_base64: z.array(z.string()).default([]),
  recovery_keys_base64: z.array(z.string()).default([]),
  root_token: z.string(),
})

export type InitRequest =
  | {
      readonly seal: 'shamir'
      readonly shares: number
      readonly threshold: number
      /** One public key per share, base64: the shares come back encrypted. */
      readonly pgpKeys?: readonly string[]
      readonly rootTokenPgpKey?: string
    }
  | {
      readonly seal: 'auto'
      readonly recoveryShares: number
      readonly recoveryThreshold: number
      readonly recoveryPgpKeys?: readonly string[]
    }

/** Shown exactly once, by nobody again. Must not be logged. */
export interface InitResult {
  /** Base64 (PGP messages when keys were given). Empty with an auto-seal. */
  readonly shares: readonly string[]
  readonly recoveryShares: readonly string[]
  readonly rootToken: string
}

export interface RaftJoinRequest {
  readonly leaderAddress: string
  /** PEM. */
  readonly leaderCa?: string
  readonly leaderServerName?: string
  readonly clientCert?: string
  readonly clientKey?: string
  readonly nonVoter?: boolean
}

const RaftConfiguration = z.object({
  config: z.object({
    servers: z.array(z.object({ node_id: z.string(), address: z.string(), leader: z.boolean(), voter: z.boolean() })),
  }),
})

export interface RaftPeer {
  readonly id: string
  readonly address: string
  readonly leader: boolean
  readonly voter: boolean
}

const RekeyAnswer = z.object({ started: z.boolean(), t: z.int(), n: z.int(), progress: z.int(), required: z.int(), nonce: z.string() })

export interface RekeyStatus {
  readonly started: boolean
  readonly newThreshold: number
  readonly newShares: number
  readonly progress: number
  readonly required: number
}

export interface ClusterApi {
  /** GET sys/health. Never throws for a state: each of Vault's status codes is an answer, and so is an unknown one that comes with Vault's body. */
  health(options?: CallOptions): Promise<Health>
  /** GET sys/leader. @throws VaultError `sealed` when it is, or is not initialised */
  leader(options?: CallOptions): Promise<Leader>
  initialized(options?: CallOptions): Promise<boolean>
  /** Once: a lost answer is lost shares, so nothing is repeated. @param options.timeoutMs @default 60 s, as raft's first election takes up to 10 s */
  init(request: InitRequest, options?: CallOptions): Promise<InitResult>
  /** The active node gives up its place; a standby passes this on to it. Needs sudo. */
  stepDown(options?: CallOptions): Promise<void>
  /** Makes the node ask for membership; it has to be unsealed with the leader's shares at once afterwards. */
  raftJoin(request: RaftJoinRequest, options?: CallOptions): Promise<boolean>
  raftPeers(options?: CallOptions): Promise<readonly RaftPeer[]>
  /** Whether a rekey is under way: shares held may be old soon. */
  rekeyStatus(options?: CallOptions): Promise<RekeyStatus>
}

export function clusterApi(caller: Caller): ClusterApi {
  const sys = '/v1/sys'
  return {
    async health(options = {}) {
      const answer = await caller.rootOnly({
        method: 'GET',
        path: `${sys}/health`,
        timeoutMs: 5_000,
        answers: HEALTH_CODES,
        ...options,
      })
      const body = answerOf(HealthAnswer, answer.body, caller.origin, 'sys/health')
      const { version, cluster_id: clusterId, server_time_utc: seconds } = body
      const serverTime = seconds === undefined ? undefined : seconds * 1_000
      return { state: STATES[answer.status] ?? 'unknown', status: answer.status, version, clusterId, serverTime }
    },
    async leader(options = {}) {
      const { body } = await caller.rootOnly({ method: 'GET', path: `${sys}/leader`, timeoutMs: 5_000, ...options })
      const answer = answerOf(LeaderAnswer, body, caller.origin, 'sys/leader')
      return { haEnabled: answer.ha_enabled, isSelf: answer.is_self, address: answer.leader_address || undefined }
    },
    async initialized(options = {}) {
      const { body } = await caller.rootOnly({ method: 'GET', path: `${sys}/init`, ...options })
      return answerOf(z.object({ initialized: z.boolean() }), body, caller.origin, 'sys/init').initialized
    },
    async init(request, options = {}) {
      const call = { method: 'PUT', path: `${sys}/init`, body: initBody(request), timeoutMs: 60_000, retries: { attempts: 1 } } as const
      const answer = answerOf(InitAnswer, (await caller.rootOnly({ ...call, ...options })).body, caller.origin, 'sys/init')
      return { shares: answer.keys_base64, recoveryShares: answer.recovery_keys_base64, rootToken: answer.root_token }
    },
    async stepDown(options = {}) {
      await caller.rootOnly({ method: 'PUT', path: `${sys}/step-down`, withToken: true, ...options })
    },
    async raftJoin(request, options = {}) {
      const call = { method: 'POST', path: `${sys}/storage/raft/join`, body: joinBody(request), retries: { attempts: 1 } } as const
      const { body } = await caller.rootOnly({ ...call, ...options })
      return answerOf(z.object({ joined: z.boolean() }), body, caller.origin, 'sys/storage/raft/join').joined
    },
    async raftPeers(options = {}) {
      const { data } = await caller.rootOnly({ method: 'GET', path: `${sys}/storage/raft/configuration`, withToken: true, ...options })
      const { config } = answerOf(RaftConfiguration, data, caller.origin, 'sys/storage/raft/configuration')
      return config.servers.map(({ node_id, address, leader, voter }) => ({ id: node_id, address, leader, voter }))
    },
    async rekeyStatus(options = {}) {
      const { body } = await caller.rootOnly({ method: 'GET', path: `${sys}/rekey/init`, ...options })
      const { started, t, n, progress, required } = answerOf(RekeyAnswer, body, caller.origin, 'sys/rekey/init')
      return { started, newThreshold: t, newShares: n, progress, required }
    },
  }
}

/** Everything from 200 on that carries Vault's body; which of them it does is found out by reading it. */
const HEALTH_CODES = Array.from({ length: 400 }, (_, index) => 200 + index)

function initBody(request: InitRequest): Record<string, unknown> {
  if (request.seal === 'auto') {
    const { recoveryShares, recoveryThreshold, recoveryPgpKeys } = request
    return {
      recovery_shares: recoveryShares,
      recovery_threshold: recoveryThreshold,
      ...(recoveryPgpKeys && { recovery_pgp_keys: recoveryPgpKeys }),
    }
  }
  const { shares, threshold, pgpKeys, rootTokenPgpKey } = request
  return {
    secret_shares: shares,
    secret_threshold: threshold,
    ...(pgpKeys && { pgp_keys: pgpKeys }),
    ...(rootTokenPgpKey !== undefined && { root_token_pgp_key: rootTokenPgpKey }),
  }
}

function joinBody(request: RaftJoinRequest): Record<string, unknown> {
  return {
    leader_api_addr: request.leaderAddress,
    ...(request.leaderCa !== undefined && { leader_ca_cert: request.leaderCa }),
    ...(request.leaderServerName !== undefined && { leader_tls_servername: request.leaderServerName }),
    ...(request.clientCert !== undefined && { leader_client_cert: request.clientCert, leader_client_key: request.clientKey }),
    ...(request.nonVoter === true && { non_voter: true }),
  }
}
