import { z } from 'zod'
import { answerOf } from '../answers.ts'
import type { Caller } from '../caller.ts'
import { isVaultError, type VaultError } from '../errors.ts'
import { apiPath } from '../paths.ts'
import type { CallOptions } from '../sys/seal.ts'

const VersionAnswer = z.object({
  version: z.int(),
  created_time: z.string(),
  deletion_time: z.string().default(''),
  destroyed: z.boolean().default(false),
  custom_metadata: z.record(z.string(), z.string()).nullish(),
})
const ReadAnswer = z.object({ data: z.record(z.string(), z.unknown()).nullable(), metadata: VersionAnswer })
const MetadataAnswer = z.object({
  current_version: z.int(),
  oldest_version: z.int().default(0),
  max_versions: z.int().default(0),
  cas_required: z.boolean().default(false),
  delete_version_after: z.string().default('0s'),
  created_time: z.string(),
  updated_time: z.string(),
  custom_metadata: z.record(z.string(), z.string()).nullish(),
  versions: z.record(
    z.string(),
    z.object({ created_time: z.string(), deletion_time: z.string().default(''), destroyed: z.boolean().default(false) }),
  ),
})
const ListAnswer = z.object({ keys: z.array(z.string()) })
const ConfigAnswer = z.object({ cas_required: z.boolean(), max_versions: z.int(), delete_version_after: z.string() })

export interface KvVersion {
  readonly version: number
  readonly createdTime: string
  /** Empty while it is not deleted; in the future with `delete_version_after`. */
  readonly deletionTime: string
  readonly destroyed: boolean
  readonly customMetadata: Readonly<Record<string, string>>
}

export interface KvSecret extends KvVersion {
  /** `null` for a version that was written so, and for one that is deleted. */
  readonly data: Readonly<Record<string, unknown>> | null
  readonly deleted: boolean
}

export interface KvMetadata {
  /** The number that a check-and-set write has to give; unchanged by a deletion, 0 when no version was ever written. */
  readonly currentVersion: number
  readonly oldestVersion: number
  /** 0: the mount's. */
  readonly maxVersions: number
  readonly casRequired: boolean
  readonly deleteVersionAfter: string
  readonly createdTime: string
  readonly updatedTime: string
  readonly customMetadata: Readonly<Record<string, string>>
  readonly versions: ReadonlyMap<number, { readonly createdTime: string; readonly deletionTime: string; readonly destroyed: boolean }>
}

export interface WriteOptions extends CallOptions {
  /** Writes only when the current version is this one; 0: only when no version was ever written. @default none */
  readonly cas?: number | undefined
}

export interface MetadataSettings {
  /** Replaces the whole map (`setMetadata`), or merges into it, with `null` removing a key (`patchMetadata`). */
  readonly customMetadata?: Readonly<Record<string, string | null>>
  readonly maxVersions?: number
  readonly casRequired?: boolean
  /** A Go duration. */
  readonly deleteVersionAfter?: string
}

/** What Vault takes in custom metadata. */
export const CUSTOM_METADATA_LIMITS = { keys: 64, keyBytes: 128, valueBytes: 512 } as const

/**
 * One KV version 2 mount. Paths are below the mount, without `data/`. All methods throw VaultError; what is not there is `undefined` where that is an ordinary
 * answer. Nothing that writes is repeated after its answer was lost: with `cas` a second try would fail on the first one's success.
 */
export interface KvV2 {
  read(path: string, options?: CallOptions & { readonly version?: number }): Promise<KvSecret | undefined>
  /** @throws VaultError `casMismatch`, `casRequired`, `tooLarge`, … */
  write(path: string, data: Readonly<Record<string, unknown>>, options?: WriteOptions): Promise<KvVersion>
  /** A merge patch of the latest version, which must exist. Needs the capability `patch`. @throws VaultError `notFound` when there is none */
  patch(path: string, data: Readonly<Record<string, unknown>>, options?: WriteOptions): Promise<KvVersion>
  metadata(path: string, options?: CallOptions): Promise<KvMetadata | undefined>
  /** POST: replaces custom metadata where it is given, also other people's. */
  setMetadata(path: string, settings: MetadataSettings, options?: CallOptions): Promise<void>
  /** Merge patch; needs the capability `patch`. @throws VaultError `notFound` when the path was never written */
  patchMetadata(path: string, settings: MetadataSettings, options?: CallOptions): Promise<void>
  /** Soft-deletes the latest version. Harmless when there is none. */
  deleteLatest(path: string, options?: CallOptions): Promise<void>
  deleteVersions(path: string, versions: readonly number[], options?: CallOptions): Promise<void>
  undelete(path: string, versions: readonly number[], options?: CallOptions): Promise<void>
  destroy(path: string, versions: readonly number[], options?: CallOptions): Promise<void>
  /** All versions and the metadata, for good. Harmless when there is nothing. */
  purge(path: string, options?: CallOptions): Promise<void>
  /** Names below a folder, folders with a slash at the end. `''` is the mount's root. Empty when there is none. */
  list(path: string, options?: CallOptions): Promise<readonly string[]>
  config(
    options?: CallOptions,
  ): Promise<{ readonly casRequired: boolean; readonly maxVersions: number; readonly deleteVersionAfter: string }>
}

export function kvV2(caller: Caller, mount: string): KvV2 {
  const at = (kind: string, path: string) => apiPath(mount, kind, path)
  const versionsCall = async (kind: string, path: string, versions: readonly number[], options: CallOptions) => {
    // The outcome is the same however often it is done.
    await caller.call({ method: 'POST', path: at(kind, path), body: { versions }, repeatable: true, ...options })
  }
  const change = async (method: 'POST' | 'PATCH', path: string, data: unknown, { cas, ...options }: WriteOptions) => {
    const body = { data, ...(cas !== undefined && { options: { cas } }) }
    const answer = await caller.call({ method, path: at('data', path), body, ...options })
    return versionOf(answerOf(VersionAnswer, answer.data, caller.origin, at('data', path)))
  }
  return {
    async read(path, { version, ...options } = {}) {
      const query = version === undefined ? {} : { query: { version: String(version) } }
      const read = caller.call({ method: 'GET', path: at('data', path), ...query, ...options })
      const found = await read.then(({ data }) => data, absent)
      if (found === undefined) return undefined
      const { data, metadata } = answerOf(ReadAnswer, found, caller.origin, at('data', path))
      const gone = metadata.destroyed || (data === null && metadata.deletion_time !== '')
      return { ...versionOf(metadata), data, deleted: gone }
    },
    write: (path, data, options = {}) => change('POST', path, data, options),
    patch: (path, data, options = {}) => change('PATCH', path, data, options),
    async metadata(path, options = {}) {
      const found = await caller.call({ method: 'GET', path: at('metadata', path), ...options }).then(({ data }) => data, absent)
      return found === undefined ? undefined : metadataOf(answerOf(MetadataAnswer, found, caller.origin, at('metadata', path)))
    },
    async setMetadata(path, settings, options = {}) {
      await caller.call({ method: 'POST', path: at('metadata', path), body: settingsOf(settings), repeatable: true, ...options })
    },
    async patchMetadata(path, settings, options = {}) {
      await caller.call({ method: 'PATCH', path: at('metadata', path), body: settingsOf(settings), repeatable: true, ...options })
    },
    async deleteLatest(path, options = {}) {
      await caller.call({ method: 'DELETE', path: at('data', path), ...options })
    },
    deleteVersions: (path, versions, options = {}) => versionsCall('delete', path, versions, options),
    undelete: (path, versions, options = {}) => versionsCall('undelete', path, versions, options),
    destroy: (path, versions, options = {}) => versionsCall('destroy', path, versions, options),
    async purge(path, options = {}) {
      await caller.call({ method: 'DELETE', path: at('metadata', path), repeatable: true, ...options })
    },
    async list(path, options = {}) {
      const folder = path.replace(/\/+$/, '') === '' ? apiPath(mount, 'metadata') : at('metadata', path)
      const found = await caller.call({ method: 'LIST', path: folder, ...options }).then(({ data }) => data, absent)
      return found === undefined ? [] : answerOf(ListAnswer, found, caller.origin, folder).keys
    },
    async config(options = {}) {
      const { data } = await caller.call({ method: 'GET', path: apiPath(mount, 'config'), ...options })
      const config = answerOf(ConfigAnswer, data, caller.origin, apiPath(mount, 'config'))
      return { casRequired: config.cas_required, maxVersions: config.max_versions, deleteVersionAfter: config.delete_version_after }
    },
  }
}

/** Nothing there is an answer; a deleted version is one too, and its metadata is in it. */
function absent(error: VaultError): unknown {
  if (!isVaultError(error, 'notFound')) throw error
  if (error.failure.what === 'deleted') return error.answerData()
  if (error.failure.what === 'secret') return undefined
  throw error
}

function versionOf(answer: z.output<typeof VersionAnswer>): KvVersion {
  const { version, created_time, deletion_time, destroyed, custom_metadata } = answer
  return { version, createdTime: created_time, deletionTime: deletion_time, destroyed, customMetadata: custom_metadata ?? {} }
}

function metadataOf(answer: z.output<typeof MetadataAnswer>): KvMetadata {
  const versions = Object.entries(answer.versions).map(
    ([number, { created_time, deletion_time, destroyed }]) =>
      [Number(number), { createdTime: created_time, deletionTime: deletion_time, destroyed }] as const,
  )
  return {
    currentVersion: answer.current_version,
    oldestVersion: answer.oldest_version,
    maxVersions: answer.max_versions,
    casRequired: answer.cas_required,
    deleteVersionAfter: answer.delete_version_after,
    createdTime: answer.created_time,
    updatedTime: answer.updated_time,
    customMetadata: answer.custom_metadata ?? {},
    versions: new Map(versions),
  }
}

function settingsOf({ customMetadata, maxVersions, casRequired, deleteVersionAfter }: MetadataSettings): Record<string, unknown> {
  return {
    ...(customMetadata !== undefined && { custom_metadata: customMetadata }),
    ...(maxVersions !== undefined && { max_versions: maxVersions }),
    ...(casRequired !== undefined && { cas_required: casRequired }),
    ...(deleteVersionAfter !== undefined && { delete_version_after: deleteVersionAfter }),
  }
}
