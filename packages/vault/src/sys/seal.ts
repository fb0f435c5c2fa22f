import { z } from 'zod'
import { answerOf } from '../answers.ts'
import type { Caller } from '../caller.ts'
import { unsealBody } from './unseal-body.ts'

const SealStatusAnswer = z.object({
  type: z.string().default(''),
  initialized: z.boolean(),
  sealed: z.boolean(),
  t: z.int(),
  n: z.int(),
  progress: z.int(),
  nonce: z.string().default(''),
  version: z.string().default(''),
  migration: z.boolean().default(false),
  recovery_seal: z.boolean().default(false),
  storage_type: z.string().default(''),
  removed_from_cluster: z.boolean().default(false),
  cluster_name: z.string().optional(),
  cluster_id: z.string().optional(),
})

/** What `sys/seal-status` and `sys/unseal` say of one node. */
export interface SealStatus {
  readonly initialized: boolean
  readonly sealed: boolean
  /** How many distinct shares open it; 0 before it is initialised or has met its cluster. An unsealed node may show an old number after a rekey. */
  readonly threshold: number
  readonly shares: number
  /** Distinct shares it holds now. In its memory only: a restart forgets them. */
  readonly progress: number
  /** Of the attempt under way; empty at progress 0. Another one means that somebody else reset or completed it. */
  readonly nonce: string
  readonly sealType: string
  /** A seal migration waits for shares with the migrate flag. Look at this before `recoverySeal`: going to a KMS shows both. */
  readonly migration: boolean
  /** It opens by itself, through a KMS. */
  readonly recoverySeal: boolean
  readonly removedFromCluster: boolean
  readonly storageType: string
  readonly version: string
  /** Only while unsealed. */
  readonly clusterId: string | undefined
  readonly clusterName: string | undefined
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds. */
  readonly timeoutMs?: number | undefined
}

export interface SubmitOptions extends CallOptions {
  /** Agrees to the pending seal migration. @default false */
  readonly migrate?: boolean | undefined
}

/**
 * Both calls wait for the node's state lock, which an unseal in work may hold: 5 s tell a busy node from a quick one, and say nothing about it being dead.
 */
const STATUS_TIMEOUT_MS = 5_000
/** The server ends a request after 90 s by itself. A node that joins works 2 s on its last share, and minutes when no leader answers. */
const UNSEAL_TIMEOUT_MS = 90_000

export interface SealApi {
  /** GET sys/seal-status. @param options.timeoutMs @default 5 s */
  sealStatus(options?: CallOptions): Promise<SealStatus>
  /**
   * Submits one key share (the decoded bytes), once: a lost answer is for the caller to judge by {@link sealStatus}, as repeating it in the wrong moment fails
   * with "invalid key size 0". The request's bytes are overwritten when it is over; the caller's are not.
   * @param options.timeoutMs @default 90 s
   * @throws VaultError. `invalid` with "message authentication failed" or "duplicate part": this combination is wrong, and progress is back at 0.
   */
  submitShare(share: Uint8Array, options?: SubmitOptions): Promise<SealStatus>
  /** Drops the shares that the node holds. @throws VaultError `invalid` ("vault is unsealed") when it is open */
  resetUnseal(options?: CallOptions): Promise<SealStatus>
  /** Seals the node, which must be the active one; on a sealed node it does nothing. Needs a token with sudo. */
  seal(options?: CallOptions): Promise<void>
}

/** These paths exist in the root namespace only, and want no token except for sealing. */
export function sealApi(caller: Caller): SealApi {
  return {
    async sealStatus(options = {}) {
      const answer = await caller.rootOnly({ method: 'GET', path: '/v1/sys/seal-status', timeoutMs: STATUS_TIMEOUT_MS, ...options })
      return sealStatus(caller, answer.body)
    },
    async submitShare(share, { migrate = false, ...options } = {}) {
      const body = unsealBody(share, migrate)
      try {
        const call = { method: 'PUT', path: '/v1/sys/unseal', body, timeoutMs: UNSEAL_TIMEOUT_MS, retries: { attempts: 1 } } as const
        return sealStatus(caller, (await caller.rootOnly({ ...call, ...options })).body)
      } finally {
        body.fill(0)
      }
    },
    async resetUnseal(options = {}) {
      const call = { method: 'PUT', path: '/v1/sys/unseal', body: { reset: true }, retries: { attempts: 1 } } as const
      return sealStatus(caller, (await caller.rootOnly({ ...call, ...options })).body)
    },
    async seal(options = {}) {
      await caller.rootOnly({ method: 'PUT', path: '/v1/sys/seal', withToken: true, ...options })
    },
  }
}

function sealStatus(caller: Caller, body: unknown): SealStatus {
  const answer = answerOf(SealStatusAnswer, body, caller.origin, 'sys/seal-status')
  return {
    initialized: answer.initialized,
    sealed: answer.sealed,
    threshold: answer.t,
    shares: answer.n,
    progress: answer.progress,
    nonce: answer.nonce,
    sealType: answer.type,
    migration: answer.migration,
    recoverySeal: answer.recovery_seal,
    removedFromCluster: answer.removed_from_cluster,
    storageType: answer.storage_type,
    version: answer.version,
    clusterId: answer.cluster_id,
    clusterName: answer.cluster_name,
  }
}
