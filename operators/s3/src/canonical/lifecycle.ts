import type { BucketSpec } from '../kinds/bucket.ts'
import type { Json } from './json.ts'
import { textOf } from './json.ts'
import { sortedBy } from './order.ts'

type LifecycleSpec = NonNullable<BucketSpec['lifecycle']>
type Fields = Readonly<Record<string, unknown>>

/** The rules as S3's API has them. */
export function lifecycleRules(spec: LifecycleSpec): readonly Fields[] {
  return spec.rules.map((rule) => {
    const { expiration, transitions, noncurrentVersionExpiration, noncurrentVersionTransitions, abortIncompleteMultipartUpload } = rule
    return clean({
      ID: rule.id,
      Status: rule.status,
      Filter: filterOf(rule),
      Expiration:
        expiration &&
        clean({
          Days: expiration.days,
          Date: expiration.days === undefined && expiration.date !== undefined ? midnight(expiration.date) : undefined,
          ExpiredObjectDeleteMarker: expiration.expiredObjectDeleteMarker || undefined,
        }),
      Transitions: transitions?.map(({ days, date, storageClass }) =>
        clean({ Days: days, Date: days === undefined && date !== undefined ? midnight(date) : undefined, StorageClass: storageClass }),
      ),
      NoncurrentVersionExpiration:
        noncurrentVersionExpiration &&
        clean({
          NoncurrentDays: noncurrentVersionExpiration.noncurrentDays,
          NewerNoncurrentVersions: noncurrentVersionExpiration.newerNoncurrentVersions,
        }),
      NoncurrentVersionTransitions: noncurrentVersionTransitions?.map(({ noncurrentDays, newerNoncurrentVersions, storageClass }) =>
        clean({ NoncurrentDays: noncurrentDays, NewerNoncurrentVersions: newerNoncurrentVersions, StorageClass: storageClass }),
      ),
      AbortIncompleteMultipartUpload: abortIncompleteMultipartUpload && {
        DaysAfterInitiation: abortIncompleteMultipartUpload.daysAfterInitiation,
      },
    })
  })
}

/** Always as Filter, never as the older Prefix of the rule; `And` only around two or more, which S3 demands. */
function filterOf({ prefix, tags = {}, objectSizeGreaterThan, objectSizeLessThan }: LifecycleSpec['rules'][number]): Fields {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  const sizes = clean({ ObjectSizeGreaterThan: objectSizeGreaterThan, ObjectSizeLessThan: objectSizeLessThan })
  const parts = (prefix ? 1 : 0) + Tags.length + Object.keys(sizes).length
  if (parts > 1) return { And: clean({ Prefix: prefix || undefined, Tags: Tags.length > 0 ? Tags : undefined, ...sizes }) }
  if (Tags.length === 1) return { Tag: Tags[0] }
  return Object.keys(sizes).length === 1 ? sizes : { Prefix: prefix ?? '' }
}

const clean = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
const midnight = (date: string): Date => new Date(`${date.slice(0, 10)}T00:00:00Z`)

/**
 * The meaning of lifecycle rules: a set by ID. The ways in which servers say "all objects" are one, an `And` around one thing is that thing, zeros and
 * false stand for nothing.
 */
export function canonicalLifecycle(rules: unknown): Json {
  if (!Array.isArray(rules)) return []
  return sortedBy(
    rules.map((rule: unknown) => canonicalRule((rule ?? {}) as Fields)),
    (rule) => `${String((rule as { ID?: string }).ID ?? '')} ${textOf(rule)}`,
  )
}

function canonicalRule(rule: Fields): Json {
  const noncurrent = fieldsOf(rule['NoncurrentVersionExpiration'])
  const expiration = fieldsOf(rule['Expiration'])
  const upload = fieldsOf(rule['AbortIncompleteMultipartUpload'])
  const transitions = (list: unknown, days: string): Json | undefined => {
    if (!Array.isArray(list) || list.length === 0) return undefined
    return sortedBy(
      list.map(
        (item: Fields): Json => ({
          // Zero days are something here: at once.
          [days]: typeof item[days] === 'number' ? item[days] : undefined,
          Date: day(item['Date']),
          NewerNoncurrentVersions: count(item['NewerNoncurrentVersions']),
          StorageClass: text(item['StorageClass']),
        }),
      ),
      textOf,
    )
  }
  return {
    ID: text(rule['ID']),
    Status: text(rule['Status']),
    ...scope(rule),
    Expiration: some({
      Days: count(expiration['Days']),
      Date: day(expiration['Date']),
      ExpiredObjectDeleteMarker: expiration['ExpiredObjectDeleteMarker'] === true ? true : undefined,
    }),
    Transitions: transitions(rule['Transitions'], 'Days'),
    NoncurrentVersionExpiration: some({
      NoncurrentDays: count(noncurrent['NoncurrentDays']),
      NewerNoncurrentVersions: count(noncurrent['NewerNoncurrentVersions']),
    }),
    NoncurrentVersionTransitions: transitions(rule['NoncurrentVersionTransitions'], 'NoncurrentDays'),
    AbortIncompleteMultipartUpload: count(upload['DaysAfterInitiation']),
  }
}

function scope(rule: Fields): Readonly<Record<string, Json | undefined>> {
  const filter = fieldsOf(rule['Filter'])
  const and = fieldsOf(filter['And'])
  const tags: Record<string, string> = {}
  const list = [filter['Tag'], ...(Array.isArray(and['Tags']) ? (and['Tags'] as readonly unknown[]) : [])]
  for (const tag of list.map(fieldsOf)) if (typeof tag['Key'] === 'string') tags[tag['Key']] = text(tag['Value']) ?? ''
  return {
    Prefix: text(and['Prefix']) ?? text(filter['Prefix']) ?? text(rule['Prefix']),
    Tags: Object.keys(tags).length === 0 ? undefined : tags,
    ObjectSizeGreaterThan: count(and['ObjectSizeGreaterThan']) ?? count(filter['ObjectSizeGreaterThan']),
    ObjectSizeLessThan: count(and['ObjectSizeLessThan']) ?? count(filter['ObjectSizeLessThan']),
  }
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const count = (value: unknown): number | undefined => (typeof value === 'number' && value !== 0 ? value : undefined)
const some = (fields: Readonly<Record<string, Json | undefined>>): Json | undefined =>
  Object.values(fields).every((value) => value === undefined) ? undefined : fields

function day(value: unknown): string | undefined {
  const date = value instanceof Date ? value : typeof value === 'string' && value !== '' ? new Date(value) : undefined
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 10)
}
