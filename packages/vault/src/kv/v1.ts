import { z } from 'zod'
import { answerOf } from '../answers.ts'
import type { Caller } from '../caller.ts'
import { isVaultError } from '../errors.ts'
import { apiPath } from '../paths.ts'
import type { CallOptions } from '../sys/seal.ts'

/** One KV version 1 mount: no versions, no metadata, no check-and-set. A key named `ttl` or `lease` changes what Vault says of the lease, and nothing else. */
export interface KvV1 {
  read(path: string, options?: CallOptions): Promise<Readonly<Record<string, unknown>> | undefined>
  /** @throws VaultError `invalid` for no keys at all: v1 cannot hold an empty secret */
  write(path: string, data: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<void>
  /** Harmless when there is nothing. */
  delete(path: string, options?: CallOptions): Promise<void>
  /** As of v2. */
  list(path: string, options?: CallOptions): Promise<readonly string[]>
}

const ListAnswer = z.object({ keys: z.array(z.string()) })

export function kvV1(caller: Caller, mount: string): KvV1 {
  const nothing = (error: unknown): undefined => {
    if (isVaultError(error, 'notFound') && error.failure.what === 'secret') return undefined
    throw error
  }
  return {
    async read(path, options = {}) {
      const call = { method: 'GET', path: apiPath(mount, path) } as const
      const data = await caller.call({ ...call, ...options }).then((answer) => answer.data, nothing)
      return data === undefined ? undefined : answerOf(z.record(z.string(), z.unknown()), data, caller.origin, call.path)
    },
    async write(path, data, options = {}) {
      await caller.call({ method: 'POST', path: apiPath(mount, path), body: data, repeatable: true, ...options })
    },
    async delete(path, options = {}) {
      await caller.call({ method: 'DELETE', path: apiPath(mount, path), repeatable: true, ...options })
    },
    async list(path, options = {}) {
      const folder = path.replace(/\/+$/, '') === '' ? apiPath(mount) : apiPath(mount, path)
      const data = await caller.call({ method: 'LIST', path: folder, ...options }).then((answer) => answer.data, nothing)
      return data === undefined ? [] : answerOf(ListAnswer, data, caller.origin, folder).keys
    },
  }
}
