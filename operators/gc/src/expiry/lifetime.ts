import type { KubeObject } from 'kubewright'
import type { Context } from '../facts/facts.ts'
import { type Expiry, expiryOf, type Mode } from './expiry.ts'
import { namespaceWord, type OwnWord, type OwnWordOptions, ownWord } from './own-word.ts'
import { stampAt } from './stamp.ts'

/** All that a policy says about how long its objects live. */
export interface Lifetime {
  /** `undefined`: the object's own word, or nothing. */
  readonly mode: Mode | undefined
  /** Whether the object's own word goes before the mode. */
  readonly own: OwnWordOptions | undefined
  /** At most so long after creation (ms), whatever the object says. */
  readonly longest: number | undefined
  readonly quota: QuotaPressure | undefined
}

/** Where space is short, objects live shorter. */
export interface QuotaPressure {
  /** From 0 to 1. */
  readonly above: number
  readonly resources: readonly string[]
  readonly milliseconds: number
}

/** When the object falls due by itself, whatever windows and other objects say. */
export function fallsDue(lifetime: Lifetime, object: KubeObject, context: Context): Expiry {
  return underPressure(lifetime, object, context, capped(lifetime, object, spoken(lifetime, object, context)))
}

function spoken({ mode, own }: Lifetime, object: KubeObject, context: Context): Expiry {
  const word = own === undefined ? undefined : expiryOfWord(ownWord(own, object))
  if (word !== undefined) return word
  if (own?.namespaceDefault === true) {
    const fact = namespaceWord(object, context)
    if (fact.is === 'unknown') return { is: 'blocked', reason: fact.reason }
    const fallback = expiryOfWord(fact.value)
    if (fallback !== undefined) return fallback
  }
  return mode === undefined ? { is: 'unset', reason: 'nothing says how long it may live' } : expiryOf(mode, object, context)
}

function expiryOfWord(word: OwnWord): Expiry | undefined {
  switch (word.is) {
    case 'at':
      return { is: 'at', at: word.at, reason: `by ${word.name}` }
    case 'never':
      return { is: 'never', reason: `${word.name} says so` }
    case 'invalid':
      return { is: 'blocked', reason: word.problem }
    case 'silent':
      return undefined
  }
}

/** "never" is a protection and stays one; a date is not. */
function capped({ longest }: Lifetime, object: KubeObject, expiry: Expiry): Expiry {
  if (longest === undefined || expiry.is !== 'at') return expiry
  const created = stampAt(object.metadata.creationTimestamp)
  return created !== undefined && expiry.at > created + longest
    ? { is: 'at', at: created + longest, reason: 'by the longest time that the policy allows' }
    : expiry
}

function underPressure({ quota }: Lifetime, object: KubeObject, { facts }: Context, expiry: Expiry): Expiry {
  const { namespace, creationTimestamp } = object.metadata
  if (quota === undefined || expiry.is !== 'at' || namespace === undefined) return expiry
  const created = stampAt(creationTimestamp)
  if (created === undefined || created + quota.milliseconds >= expiry.at) return expiry
  const filled = facts.quota(namespace, quota.resources)
  // A quota that cannot be seen presses nobody.
  if (filled.is === 'unknown' || filled.value === undefined || filled.value < quota.above) return expiry
  return { is: 'at', at: created + quota.milliseconds, reason: 'earlier, because the quota of its namespace is nearly used up' }
}
