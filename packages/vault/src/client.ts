import { type Clock, systemClock } from '@kubewright/core'
import { z } from 'zod'
import { answerOf } from './answers.ts'
import type { VaultAuth } from './auth/method.ts'
import { Session, type SessionEvent } from './auth/session.ts'
import type { Caller } from './caller.ts'
import { isVaultError } from './errors.ts'
import { type KvMount, KvMounts } from './kv/mount.ts'
import { type KvV1, kvV1 } from './kv/v1.ts'
import { type KvV2, kvV2 } from './kv/v2.ts'
import { normalizePath } from './paths.ts'
import { type ClusterApi, clusterApi } from './sys/cluster.ts'
import { type CallOptions, type SealApi, sealApi } from './sys/seal.ts'
import type { AddressOptions } from './transport/address.ts'
import type { VaultAnswer } from './transport/answer.ts'
import type { RetryLimits } from './transport/retries.ts'
import { createTransport, type VaultAttempt, type VaultCall } from './transport/transport.ts'

export interface VaultOptions extends AddressOptions {
  /** How to get a token. Without it only the calls that need none work (seal status, unseal, health, leader, init, raft join). */
  readonly auth?: VaultAuth | undefined
  /** `a/b`: the Vault (Enterprise) or OpenBao namespace of all calls but those of the root namespace. Community Vault ignores it. */
  readonly namespace?: string | undefined
  /** Where the login happens, if elsewhere than `namespace`: a token of a parent namespace acts in its children. */
  readonly authNamespace?: string | undefined
  /** Milliseconds for a whole call. @default 15 s */
  readonly timeoutMs?: number | undefined
  readonly retries?: Partial<RetryLimits> | undefined
  /** Sockets at a time. @default 16 */
  readonly connections?: number | undefined
  /** Largest answer in bytes. @default 4 MiB */
  readonly maxAnswerBytes?: number | undefined
  /**
   * Asks standbys that read for themselves (Enterprise's performance standbys) to pass reads on to the active node, by `X-Vault-Forward`. The server's configuration has
   * to permit it (`allow_forwarding_via_header`): others, community Vault among them, refuse with 400. @default false: a check-and-set write finds out a stale read
   */
  readonly forwardReads?: boolean | undefined
  readonly onAttempt?: ((attempt: VaultAttempt) => void) | undefined
  readonly onSession?: ((event: SessionEvent) => void) | undefined
  readonly clock?: Clock | undefined
  readonly random?: (() => number) | undefined
}

/** One Vault or OpenBao address, with one identity. */
export interface VaultClient extends SealApi, ClusterApi {
  readonly origin: string
  /** Any API path, with the session's token: `/v1/sys/policies/acl/app`. */
  request(call: Omit<VaultCall, 'token' | 'namespace'>): Promise<VaultAnswer>
  kvV1(mount: string): KvV1
  kvV2(mount: string): KvV2
  /** The mount of a path and its KV version, remembered. */
  findMount(path: string, options?: CallOptions): Promise<KvMount>
  forgetMount(mount: string): void
  /** What the token may do at each path: `read`, `create`, …, `root` or `deny`. */
  capabilities(paths: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, readonly string[]>>
  /** Logs in if need be. */
  login(options?: CallOptions): Promise<void>
  /** Keeps the token alive until the signal aborts, then revokes it. Without it a token is replaced when it is refused or has expired. */
  run(signal: AbortSignal): Promise<void>
  /** Breaks what is under way and closes the sockets. Does not revoke: that is the end of {@link run}. */
  close(): Promise<void>
}

/**
 * A client of one Vault. Makes no connection yet.
 * @throws ConfigurationError for an address or TLS options that make no sense
 */
export function vaultClient(options: VaultOptions): VaultClient {
  const { auth, clock = systemClock, random = Math.random, forwardReads = false } = options
  const transport = createTransport({ ...options, clock, random })
  const namespace = options.namespace === undefined ? undefined : normalizePath(options.namespace)
  const authNamespace = options.authNamespace === undefined ? namespace : normalizePath(options.authNamespace)
  const session =
    auth === undefined ? undefined : new Session({ auth, namespace: authNamespace, transport, clock, random, onEvent: options.onSession })
  // Vault Enterprise numbers its states: a node that has not got as far as our last write says 412 instead of an old value.
  let index: string | undefined

  const withToken = async (call: VaultCall): Promise<VaultAnswer> => {
    if (session === undefined) return transport.send(call)
    const token = await session.token(call.signal)
    try {
      return await transport.send({ ...call, token })
    } catch (error) {
      // A cached token keeps the policies of its login, so "permission denied" too may be over with a new one: one login, one more try.
      if (!isVaultError(error, 'invalidToken', 'permissionDenied')) throw error
      const again = await loginAgain(token, error, call.signal)
      if (again === undefined) throw error
      return transport.send({ ...call, token: again })
    }
  }

  let lastDenied = Number.NEGATIVE_INFINITY
  const loginAgain = async (token: string, error: unknown, signal: AbortSignal | undefined): Promise<string | undefined> => {
    if (isVaultError(error, 'permissionDenied')) {
      // One lacking policy and a thousand secrets must not become a thousand logins.
      if (auth?.method === 'token' || clock.monotonic() - lastDenied < DENIED_PAUSE_MS) return undefined
      lastDenied = clock.monotonic()
    }
    session!.refused(token)
    const fresh = await session!.token(signal)
    return fresh === token ? undefined : fresh
  }

  const caller: Caller = {
    origin: transport.origin,
    async call(call) {
      const answer = await withToken({ ...call, namespace, headers: { ...consistency(call.method, forwardReads, index), ...call.headers } })
      index = answer.index ?? index
      return answer
    },
    rootOnly: ({ withToken: needed = false, ...call }) => (needed ? withToken(call) : transport.send(call)),
  }
  const mounts = new KvMounts(caller)

  return {
    origin: transport.origin,
    ...sealApi(caller),
    ...clusterApi(caller),
    request: (call) => caller.call(call),
    kvV1: (mount) => kvV1(caller, mount),
    kvV2: (mount) => kvV2(caller, mount),
    findMount: (path, callOptions) => mounts.find(path, callOptions),
    forgetMount: (mount) => mounts.forget(mount),
    async capabilities(paths, callOptions = {}) {
      const path = '/v1/sys/capabilities-self'
      const { data } = await caller.call({ method: 'POST', path, body: { paths }, repeatable: true, ...callOptions })
      const answer = answerOf(z.record(z.string(), z.array(z.string())), data, transport.origin, path)
      return new Map(paths.map((each) => [each, answer[each] ?? []]))
    },
    async login(callOptions = {}) {
      await session?.token(callOptions.signal)
    },
    async run(signal) {
      await session?.run(signal)
    },
    close: () => transport.close(),
  }
}

/** A policy that was mended is noticed within this time, and a lacking one costs a login per minute. */
const DENIED_PAUSE_MS = 60_000

function consistency(method: string, forwardReads: boolean, index: string | undefined): Record<string, string> {
  if (method !== 'GET' && method !== 'LIST') return {}
  return {
    ...(forwardReads && { 'x-vault-forward': 'active-node' }),
    ...(index !== undefined && { 'x-vault-index': index }),
  }
}
