import { timestamp } from '../identifiers.ts'
import type { CustomMetadata } from './custom-metadata.ts'

export interface Author {
  readonly actor: string
  readonly operation: string
  readonly client_id: string
}

export interface Version {
  data: Readonly<Record<string, unknown>> | null
  readonly createdAt: number
  /** Wall-clock milliseconds, in the future with delete_version_after. */
  deletedAt: number | undefined
  destroyed: boolean
  readonly author: Author
  deletedBy: Author | undefined
}

export interface Settings {
  maxVersions: number
  casRequired: boolean
  /** Seconds. */
  deleteVersionAfter: number
}

/** All that KV version 2 holds at one path. */
export interface Secret extends Settings {
  readonly createdAt: number
  updatedAt: number
  current: number
  oldest: number
  custom: CustomMetadata | null
  readonly versions: Map<number, Version>
  lastAuthor: Author | null
}

export function newSecret(now: number): Secret {
  return {
    createdAt: now,
    updatedAt: now,
    current: 0,
    oldest: 0,
    custom: null,
    versions: new Map(),
    lastAuthor: null,
    maxVersions: 0,
    casRequired: false,
    deleteVersionAfter: 0,
  }
}

/** Ten is what Vault keeps when nobody says anything. */
const KEPT = 10

export function addVersion(secret: Secret, data: Version['data'], author: Author, mount: Settings, now: number): void {
  const lifetimes = [secret.deleteVersionAfter, mount.deleteVersionAfter].filter((each) => each > 0)
  const deletedAt = lifetimes.length === 0 ? undefined : now + Math.min(...lifetimes) * 1000
  secret.current++
  secret.versions.set(secret.current, { data, createdAt: now, deletedAt, destroyed: false, author, deletedBy: undefined })
  secret.updatedAt = now
  secret.lastAuthor = author
  const kept = secret.maxVersions || mount.maxVersions || KEPT
  for (const number of secret.versions.keys()) if (number <= secret.current - kept) secret.versions.delete(number)
  const oldest = Math.min(...secret.versions.keys())
  secret.oldest = oldest > 1 ? oldest : secret.oldest
}

export function isDeleted(version: Version, now: number): boolean {
  return version.destroyed || (version.deletedAt !== undefined && version.deletedAt <= now)
}

export function versionMetadata(secret: Secret, number: number): Record<string, unknown> {
  const version = secret.versions.get(number)!
  return {
    created_time: timestamp(version.createdAt),
    custom_metadata: secret.custom,
    deletion_time: version.deletedAt === undefined ? '' : timestamp(version.deletedAt),
    destroyed: version.destroyed,
    version: number,
  }
}

export function metadata(secret: Secret): Record<string, unknown> {
  const versions = [...secret.versions].map(([number, version]) => [
    String(number),
    {
      created_by: version.author,
      created_time: timestamp(version.createdAt),
      deleted_by: version.deletedBy ?? null,
      deletion_time: version.deletedAt === undefined ? '' : timestamp(version.deletedAt),
      destroyed: version.destroyed,
    },
  ])
  return {
    cas_required: secret.casRequired,
    created_time: timestamp(secret.createdAt),
    current_version: secret.current,
    custom_metadata: secret.custom,
    delete_version_after: inGo(secret.deleteVersionAfter),
    last_updated_by: secret.lastAuthor,
    max_versions: secret.maxVersions,
    oldest_version: secret.oldest,
    updated_time: timestamp(secret.updatedAt),
    versions: Object.fromEntries(versions) as unknown,
  }
}

/** `1h30m0s`. */
export function inGo(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  return `${h > 0 ? `${h}h` : ''}${h > 0 || m > 0 ? `${m}m` : ''}${s}s`
}
