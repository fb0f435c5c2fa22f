import type { KubeObject } from 'kubewright'
import type { Context } from '../facts/facts.ts'
import type { FieldPath } from '../fields/field-path.ts'
import type { MomentPath } from '../fields/moment.ts'
import { stampAt } from './stamp.ts'
import { LONGEST, parseTimeToLive } from './time-to-live.ts'

/** When a policy's objects fall due: one mode of its `ttl`, with the paths parsed. */
export type Mode =
  | { readonly mode: 'fixed'; readonly milliseconds: number }
  | {
      readonly mode: 'field'
      readonly path: FieldPath
      readonly mappings: ReadonlyMap<string, number> | undefined
      /** Milliseconds after creation when the object says nothing. */
      readonly otherwise: number | undefined
    }
  | { readonly mode: 'relative'; readonly path: MomentPath; readonly milliseconds: number }
  /** As soon as the conditions hold. */
  | { readonly mode: 'at once' }

export type Expiry =
  /** Falls due then; wall clock, ms. */
  | { readonly is: 'at'; readonly at: number; readonly reason: string }
  /** The object is to be kept: it, or a time beyond a hundred years, says so. */
  | { readonly is: 'never'; readonly reason: string }
  /** The policy has no opinion about the object: nothing stands where the time would be. */
  | { readonly is: 'unset'; readonly reason: string }
  /** What stands there cannot be read, or cannot be known. The object is kept, and somebody is told. */
  | { readonly is: 'blocked'; readonly reason: string }

/** Pure: equal objects in equal circumstances have equal expiries. */
export function expiryOf(lifetime: Mode, object: KubeObject, context: Context): Expiry {
  if (lifetime.mode === 'relative') return relativeExpiry(lifetime, object, context)
  const created = stampAt(object.metadata.creationTimestamp)
  if (created === undefined) return { is: 'blocked', reason: 'it has no creationTimestamp' }
  if (lifetime.mode === 'at once') return { is: 'at', at: created, reason: 'since it was created' }
  if (lifetime.mode === 'fixed') return at(created + lifetime.milliseconds, lifetime.milliseconds, 'a fixed time after its creation')

  const { text } = lifetime.path
  const value = lifetime.path.first(object)
  if (value === undefined || value === null || value === '') return otherwise(created, lifetime.otherwise, `nothing stands at ${text}`)
  if (lifetime.mappings !== undefined) {
    // A list or an object has no text of its own, and one with a member "toString" cannot be made into any.
    const mapped = typeof value === 'object' ? undefined : lifetime.mappings.get(String(value))
    return mapped === undefined
      ? otherwise(created, lifetime.otherwise, `mappings has no entry for the value at ${text}`)
      : at(created + mapped, mapped, `by the value at ${text}`)
  }
  const ttl = parseTimeToLive(value)
  switch (ttl.is) {
    case 'after':
      return at(created + ttl.milliseconds, ttl.milliseconds, `by the time to live at ${text}`)
    case 'until':
      return { is: 'at', at: ttl.at, reason: `by the time at ${text}` }
    case 'never':
      return { is: 'never', reason: `${text} says so` }
    case 'invalid':
      return { is: 'blocked', reason: `${text}: ${ttl.problem}` }
  }
}

function relativeExpiry({ path, milliseconds }: Mode & { readonly mode: 'relative' }, object: KubeObject, context: Context): Expiry {
  const moment = path.of(object, context)
  switch (moment.is) {
    case 'at':
      return at(moment.at + milliseconds, milliseconds, `a fixed time after ${path.text}`)
    case 'missing':
      return { is: 'unset', reason: moment.reason }
    case 'unreadable':
      return { is: 'blocked', reason: moment.reason }
  }
}

function at(time: number, span: number, reason: string): Expiry {
  return span > LONGEST ? { is: 'never', reason: 'its time to live is longer than a hundred years' } : { is: 'at', at: time, reason }
}

function otherwise(created: number, milliseconds: number | undefined, reason: string): Expiry {
  return milliseconds === undefined
    ? { is: 'unset', reason }
    : at(created + milliseconds, milliseconds, 'by the default, after its creation')
}
