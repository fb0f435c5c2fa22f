import type { Element } from '../protocol/xml.ts'

export type Versioning = 'never' | 'Enabled' | 'Suspended'

export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE'
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** One version of one object, or the marker of its deletion. */
export interface Version {
  readonly key: string
  /** `null` of a bucket that had no versioning then. */
  readonly id: string
  readonly isMarker: boolean
  readonly body: Buffer
  /** With its quotation marks. */
  readonly etag: string
  readonly modified: number
  /** What it was put with and is read with: content-type, x-amz-meta-…, checksums. */
  readonly headers: Readonly<Record<string, string>>
  readonly ownerId: string
  tags: ReadonlyMap<string, string>
  acl: string
  retention: Retention | undefined
  legalHold: boolean
}

export interface Part {
  readonly number: number
  readonly body: Buffer
  readonly etag: string
  readonly modified: number
}

export interface Upload {
  readonly id: string
  readonly key: string
  readonly startedAt: number
  readonly headers: Readonly<Record<string, string>>
  readonly tags: ReadonlyMap<string, string>
  readonly acl: string
  readonly retention: Retention | undefined
  readonly legalHold: boolean
  readonly initiator: string
  readonly parts: Map<number, Part>
}

export interface LockConfiguration {
  readonly mode: Retention['mode']
  readonly unit: 'Days' | 'Years'
  readonly length: number
}

export interface BucketOptions {
  readonly name: string
  readonly ownerId: string
  readonly region: string
  readonly createdAt: number
  readonly locked: boolean
  readonly acl: string
  readonly configurations: Readonly<Record<string, Element>>
}

export class Bucket {
  /** A MOVE changes it. */
  name: string
  readonly ownerId: string
  readonly region: string
  readonly createdAt: number
  acl: string
  versioning: Versioning = 'never'
  /** Undefined: the bucket has no object lock. */
  lock: { rule: LockConfiguration | undefined } | undefined
  policy: string | undefined
  /** By subresource. */
  readonly configurations: Map<string, Element>
  readonly uploads = new Map<string, Upload>()
  /** The newest version first; no list is empty. */
  readonly #objects = new Map<string, Version[]>()
  #sorted: readonly string[] | undefined

  constructor(options: BucketOptions) {
    this.name = options.name
    this.ownerId = options.ownerId
    this.region = options.region
    this.createdAt = options.createdAt
    this.acl = options.acl
    this.configurations = new Map(Object.entries(options.configurations))
    if (options.locked) {
      this.lock = { rule: undefined }
      this.versioning = 'Enabled'
    }
  }

  versions(key: string): readonly Version[] {
    return this.#objects.get(key) ?? []
  }

  /** What a read without a version gets: possibly a marker. */
  current(key: string): Version | undefined {
    return this.#objects.get(key)?.[0]
  }

  version(key: string, id: string): Version | undefined {
    return this.#objects.get(key)?.find((each) => each.id === id)
  }

  /** Keys in the order of their UTF-8 bytes, which is that of lists. */
  get keys(): readonly string[] {
    this.#sorted ??= [...this.#objects.keys()]
      .map((key) => Buffer.from(key))
      .sort(Buffer.compare)
      .map(String)
    return this.#sorted
  }

  /** The id the next version gets. */
  newVersionId(random: () => string): string {
    return this.versioning === 'Enabled' ? random() : 'null'
  }

  /** A version takes the place of one of its own id: `null` is there once. */
  add(version: Version): void {
    const others = this.versions(version.key).filter(({ id }) => id !== version.id)
    if (others.length === 0) this.#sorted = undefined
    this.#objects.set(version.key, [version, ...others])
  }

  remove(version: Version): void {
    const left = this.versions(version.key).filter((each) => each !== version)
    if (left.length > 0) this.#objects.set(version.key, left)
    else {
      this.#objects.delete(version.key)
      this.#sorted = undefined
    }
  }

  clear(): void {
    this.#objects.clear()
    this.uploads.clear()
    this.#sorted = undefined
  }

  get hasCurrentObjects(): boolean {
    return [...this.#objects.values()].some(([newest]) => newest?.isMarker === false)
  }

  get hasVersions(): boolean {
    return this.#objects.size > 0
  }

  get allVersions(): readonly Version[] {
    return this.keys.flatMap((key) => this.versions(key))
  }
}

const DAY = 24 * 3600_000

export function retentionFrom(rule: LockConfiguration | undefined, now: number): Retention | undefined {
  if (rule === undefined) return undefined
  return { mode: rule.mode, until: now + rule.length * (rule.unit === 'Days' ? DAY : 365 * DAY) }
}

/** Whether this version may not go. `bypass`: the caller may and wants to pass over GOVERNANCE. */
export function isLocked({ retention, legalHold }: Version, now: number, bypass: boolean): boolean {
  if (legalHold) return true
  if (retention === undefined || retention.until <= now) return false
  return retention.mode === 'COMPLIANCE' || !bypass
}

/** The words of S3's rules for names of buckets; undefined for a legal one. */
export function objectionToName(name: string): string | undefined {
  if (name.length < 3 || name.length > 63) return 'it has 3 to 63 characters'
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name))
    return 'it has lower-case letters, digits, dots and hyphens, and begins and ends with a letter or digit'
  if (name.includes('..')) return 'no two dots follow one another'
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return 'it is no address'
  if (/^(?:xn--|sthree-|amzn-s3-demo-)|(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)) return 'the prefix or suffix is reserved'
  return undefined
}
