import { type KubeObject, parseTime } from 'kubewright'
import type { FieldPath } from '../fields/field-path.ts'
import { LONGEST, parseTimeToLive, uncertainty } from './time-to-live.ts'

/** When a policy's objects fall due: its `ttl` with the paths parsed and the precedence of the modes settled. */
export type Lifetime =
  | { readonly mode: 'fixed'; readonly milliseconds: number }
  | {
      readonly mode: 'field'
      readonly path: FieldPath
      readonly mappings: ReadonlyMap<string, number> | undefined
      /** Milliseconds after creation when the object says nothing. */
      readonly otherwise: number | undefined
    }
  | { readonly mode: 'relative'; readonly path: FieldPath; readonly milliseconds: number }

export type Expiry =
  /** Falls due then; wall clock, ms. */
  | { readonly is: 'at'; readonly at: number }
  /** The object is to be kept: it, or a time beyond a hundred years, says so. */
  | { readonly is: 'never'; readonly reason: string }
  /** The policy has no opinion about the object: nothing stands where the time would be. */
  | { readonly is: 'unset'; readonly reason: string }
  /** What stands there cannot be read. The object is kept, and somebody is told. */
  | { readonly is: 'blocked'; readonly reason: string }

/** Pure: equal objects have equal expiries, whenever one asks. */
export function expiryOf(lifetime: Lifetime, object: KubeObject): Expiry {
  if (lifetime.mode === 'relative') return relativeExpiry(lifetime, object)
  const created = stampAt(object.metadata.creationTimestamp)
  if (created === undefined) return { is: 'blocked', reason: 'it has no creationTimestamp' }
  if (lifetime.mode === 'fixed') return at(created + lifetime.milliseconds, lifetime.milliseconds)

  const value = lifetime.path.first(object)
  if (value === undefined || value === null || value === '')
    return otherwise(created, lifetime.otherwise, `nothing stands at ${lifetime.path.text}`)
  if (lifetime.mappings !== undefined) {
    const mapped = lifetime.mappings.get(String(value))
    return mapped === undefined
      ? otherwise(created, lifetime.otherwise, `mappings has no entry for the value at ${lifetime.path.text}`)
      : at(created + mapped, mapped)
  }
  const ttl = parseTimeToLive(value)
  switch (ttl.is) {
    case 'after':
      return at(created + ttl.milliseconds, ttl.milliseconds)
    case 'until':
      return { is: 'at', at: ttl.at }
    case 'never':
      return { is: 'never', reason: `${lifetime.path.text} says so` }
    case 'invalid':
      return { is: 'blocked', reason: `${lifetime.path.text}: ${ttl.problem}` }
  }
}

function relativeExpiry({ path, milliseconds }: Lifetime & { readonly mode: 'relative' }, object: KubeObject): Expiry {
  const value = path.first(object)
  if (value === undefined || value === null || value === '') return { is: 'unset', reason: `nothing stands at ${path.text}` }
  const stamp = typeof value === 'string' ? stampAt(value) : undefined
  if (stamp === undefined) return { is: 'blocked', reason: `${path.text}: is no RFC 3339 time such as 2026-01-31T12:00:00Z` }
  return at(stamp + milliseconds, milliseconds)
}

/** Year 1 is how Go writes a time that was never set. */
function stampAt(stamp: string | undefined): number | undefined {
  if (stamp === undefined || stamp.startsWith('0001-01-01')) return undefined
  const time = parseTime(stamp)
  return time === undefined ? undefined : time + uncertainty(stamp)
}

function at(time: number, span: number): Expiry {
  return span > LONGEST ? { is: 'never', reason: 'its time to live is longer than a hundred years' } : { is: 'at', at: time }
}

function otherwise(created: number, milliseconds: number | undefined, reason: string): Expiry {
  return milliseconds === undefined ? { is: 'unset', reason } : at(created + milliseconds, milliseconds)
}
