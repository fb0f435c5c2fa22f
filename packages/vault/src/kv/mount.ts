import { z } from 'zod'
import { answerOf } from '../answers.ts'
import type { Caller } from '../caller.ts'
import { VaultError } from '../errors.ts'
import { apiPath, normalizePath } from '../paths.ts'
import type { CallOptions } from '../sys/seal.ts'

export interface KvMount {
  /** Without slashes around it: `secret`, `team/kv`. */
  readonly mount: string
  readonly version: 1 | 2
  /** The rest of the path that was asked for; empty when it was the mount itself. */
  readonly path: string
}

const MountAnswer = z.object({ path: z.string(), type: z.string(), options: z.record(z.string(), z.unknown()).nullish() })

/**
 * Which mount a path belongs to, and its KV version. The token needs some capability under the mount.
 * @throws VaultError `permissionDenied` for a mount that is absent too, even for root; `notFound` `wrongKvVersion` for a mount that is no KV
 */
export async function findKvMount(caller: Caller, path: string, options: CallOptions = {}): Promise<KvMount> {
  const wanted = normalizePath(path)
  const call = { method: 'GET', path: apiPath('sys/internal/ui/mounts', wanted) } as const
  const { data } = await caller.call({ ...call, ...options })
  const answer = answerOf(MountAnswer, data, caller.origin, 'sys/internal/ui/mounts')
  if (answer.type !== 'kv' && answer.type !== 'generic')
    throw new VaultError({
      failure: { is: 'notFound', what: 'mount' },
      ...call,
      origin: caller.origin,
      errors: [`the mount ${answer.path} is of type ${answer.type}, not kv`],
    })
  const mount = answer.path.replace(/\/+$/, '')
  return { mount, version: answer.options?.['version'] === '2' ? 2 : 1, path: wanted.slice(mount.length).replace(/^\/+/, '') }
}

/** Remembers mounts; a version can change while we run (v1 upgraded to v2), so it forgets on demand. */
export class KvMounts {
  readonly #caller: Caller
  readonly #known = new Map<string, Omit<KvMount, 'path'>>()

  constructor(caller: Caller) {
    this.#caller = caller
  }

  async find(path: string, options?: CallOptions): Promise<KvMount> {
    const wanted = normalizePath(path)
    // Longest first: a mount may lie below another's path.
    const known = [...this.#known.values()]
      .filter(({ mount }) => wanted === mount || wanted.startsWith(`${mount}/`))
      .sort((a, b) => b.mount.length - a.mount.length)[0]
    if (known !== undefined) return { ...known, path: wanted.slice(known.mount.length + 1) }
    const found = await findKvMount(this.#caller, wanted, options)
    this.#known.set(found.mount, { mount: found.mount, version: found.version })
    return found
  }

  /** After a 404 for the whole mount, or a warning about the wrong version. */
  forget(mount: string): void {
    this.#known.delete(mount)
  }
}
