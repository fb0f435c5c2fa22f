import type { LastUse } from '../schedule/rotation-plan.ts'
import {
  abandoned,
  committed,
  currentOf,
  displaced,
  INTENT_MEMORY,
  type Intent,
  intended,
  type KeyRecord,
  type Ledger,
  type PendingIntent,
  previousOf,
  without,
} from './ledger.ts'
import { isLost, type ListedKey, SETTLE } from './lost-key.ts'

/** The Secret in which the key is published, as it was just read. */
export type SecretView =
  | { readonly is: 'absent' }
  /** One of that name that was not made for this object. `offered`: the key in it, if the object may take the Secret over. */
  | { readonly is: 'foreign'; readonly offered?: string | undefined }
  | {
      readonly is: 'ours'
      /** The intent under which a key may be published: the fence. */
      readonly intent: string | undefined
      /** The key that is in it, and the intent under which it came. */
      readonly published: { readonly id: string; readonly intent: string; readonly at: number } | undefined
      /** Whether its contents are what was published. */
      readonly intact: boolean
    }

export interface LiveKey extends ListedKey {
  readonly active: boolean
}

export interface Wish {
  /** When a key is due, whether somebody uses it or not; `undefined`: never. */
  readonly dueAt: (key: KeyRecord) => number | undefined
  /** When a key is due because nobody uses it. @default never */
  readonly idleAt?: (key: KeyRecord) => number | undefined
  /** When a key of before is retired, by its use. @default when its time is over */
  readonly retiresAt?: (key: KeyRecord) => number
  /** How long the key of before works on. */
  readonly retention: number
  /** Somebody asks for a new key now. */
  readonly rotateNow: boolean
  readonly active: boolean
  readonly foreignKeys: 'Report' | 'Deactivate' | 'Delete'
}

export interface Facts {
  readonly now: number
  /** This process. */
  readonly me: string
  /** Whether this process has sent the creation for the intent already. */
  readonly attempted: (nonce: string) => boolean
  readonly ledger: Ledger
  readonly secret: SecretView
  readonly live: readonly LiveKey[]
  /** Known for keys that are in neither the ledger nor a baseline. */
  readonly lastUse: (id: string) => LastUse
  readonly wish: Wish
  readonly newNonce: () => string
}

export type Step =
  | { readonly do: 'prepare secret' }
  /** Makes the Secret of somebody else, with the key that is in it, one of ours. Only if it has not changed since it was read, and the key works. */
  | { readonly do: 'adopt secret'; readonly key: LiveKey }
  /** Raises the fence: nothing is published any more under the intent of before. Only if the Secret has not changed since it was read. */
  | { readonly do: 'mark secret'; readonly intent: string }
  /** Makes a key, sees that it works, publishes it. */
  | { readonly do: 'create'; readonly intent: string }
  /** Writes the ledger. Only if it has not changed since it was read. */
  | { readonly do: 'record'; readonly ledger: Ledger; readonly because: RecordReason }
  | { readonly do: 'activate' | 'deactivate' | 'delete'; readonly id: string; readonly because: string }
  | { readonly do: 'wait'; readonly until: number; readonly reason: 'Settling' | 'NotYetVisible' | 'RecentlyRotated' | 'SlotTaken' }
  | { readonly do: 'give up'; readonly reason: 'SecretConflict' | 'KeyLimitReached' | 'UnknownKeys'; readonly ids: readonly string[] }
  | { readonly do: 'nothing'; readonly until: number | undefined; readonly foreign: readonly string[] }

export type RecordReason =
  | 'intended'
  | 'published'
  | 'recovered'
  | 'abandoned'
  | 'retired'
  | 'vanished'
  | 'secret lost'
  | 'forgotten'
  | 'shortened'

/** A key that was just made may not be listed yet. */
const LISTING_LAG = 120_000
/** A Secret that is deleted again and again must not use up the keys of a user. */
const CHURN = 600_000
/** Of AWS and Wasabi; inactive keys count. */
export const KEY_LIMIT = 2

/** What is to be done next. It is asked again after each step with new facts. */
export function decide(facts: Facts): Step {
  const { ledger, secret } = facts
  if (secret.is === 'foreign') return adopted(facts, secret.offered) ?? { do: 'give up', reason: 'SecretConflict', ids: [] }
  if (ledger.pending !== undefined) return withPending(facts, ledger.pending, secret)
  return late(facts) ?? forgetful(facts) ?? vanished(facts) ?? settled(facts, secret)
}

/** Only by an object that has made nothing yet: what it has made would be left without its Secret. */
function adopted({ ledger, live }: Facts, offered: string | undefined): Step | undefined {
  if (ledger.keys.length > 0 || ledger.pending !== undefined || ledger.recent.length > 0) return undefined
  const key = live.find(({ id }) => id === offered)
  return key && { do: 'adopt secret', key }
}

type Readable = Exclude<SecretView, { readonly is: 'foreign' }>

/** A key is on its way, or was. */
function withPending(facts: Facts, pending: PendingIntent, secret: Readable): Step {
  const { ledger, now, me, wish } = facts
  const published = secret.is === 'ours' ? secret.published : undefined
  // Only the process that made it can have put it there, with its secret: it is the new key, whoever finds it.
  if (published?.intent === pending.nonce)
    return {
      do: 'record',
      ledger: committed({ keys: ledger.keys, recent: ledger.recent }, published.id, published.at, wish.retention),
      because: 'published',
    }
  if (pending.by === me && !facts.attempted(pending.nonce)) {
    // Another process has taken it for lost and raised the fence.
    if (secret.is === 'absent' || secret.intent === `${FENCED}${pending.nonce}`)
      return { do: 'record', ledger: abandoned(ledger), because: 'abandoned' }
    return secret.intent === pending.nonce ? { do: 'create', intent: pending.nonce } : { do: 'mark secret', intent: pending.nonce }
  }
  if (now < pending.at + SETTLE) return { do: 'wait', until: pending.at + SETTLE, reason: 'Settling' }
  return orphan(facts, [pending, ...ledger.recent]) ?? { do: 'record', ledger: abandoned(ledger), because: 'abandoned' }
}

const FENCED = 'fenced-'

/** A key of an intent that seemed to have come to nothing. */
const late = (facts: Facts): Step | undefined => orphan(facts, facts.ledger.recent)

/** Whether something may still be published under one of these. */
const isOpen = (secret: SecretView, intents: readonly Intent[]): secret is SecretView & { readonly intent: string } =>
  secret.is === 'ours' && secret.published?.intent !== secret.intent && intents.some(({ nonce }) => nonce === secret.intent)

/** A key that one of our intents made and that was never published: its secret is lost. */
function orphan(facts: Facts, intents: readonly Intent[]): Step | undefined {
  const { ledger, live, secret } = facts
  // First of all nothing must be published any more, or a key that is removed here could still be handed out by its maker.
  if (isOpen(secret, intents)) return { do: 'mark secret', intent: `${FENCED}${secret.intent}` }
  const published = secret.is === 'ours' ? secret.published?.id : undefined
  const own = new Set(ledger.keys.map(({ id }) => id))
  const suspects = live.filter((key) => !own.has(key.id) && key.id !== published && isLost(key, facts.lastUse(key.id), intents))
  const [first] = suspects
  if (first === undefined) return undefined
  // More than our intents can account for: which are somebody else's cannot be told.
  if (suspects.length > intents.length) return { do: 'give up', reason: 'UnknownKeys', ids: suspects.map(({ id }) => id) }
  return { do: 'delete', id: first.id, because: 'its secret was lost before it was stored' }
}

function forgetful({ ledger, now }: Facts): Step | undefined {
  const recent = ledger.recent.filter(({ at }) => now < at + INTENT_MEMORY)
  return recent.length === ledger.recent.length ? undefined : { do: 'record', ledger: { ...ledger, recent }, because: 'forgotten' }
}

/** Keys of ours that somebody else has deleted. */
function vanished({ ledger, live, now }: Facts): Step | undefined {
  const gone = ledger.keys.find(({ id }) => !live.some((key) => key.id === id))
  if (gone === undefined) return undefined
  if (gone.state === 'Current' && now < gone.createdAt + LISTING_LAG)
    return { do: 'wait', until: gone.createdAt + LISTING_LAG, reason: 'NotYetVisible' }
  return { do: 'record', ledger: without(ledger, gone.id), because: 'vanished' }
}

function settled(facts: Facts, secret: Readable): Step {
  const { ledger, live, wish, now } = facts
  const current = currentOf(ledger)
  if (current === undefined) return withoutCurrent(facts, secret)
  if (secret.is === 'absent' || secret.published?.id !== current.id || !secret.intact) {
    // The secret of a key cannot be read again. Who has it still may use it for a while.
    if (now < current.createdAt + CHURN) return { do: 'wait', until: current.createdAt + CHURN, reason: 'RecentlyRotated' }
    return { do: 'record', ledger: displaced(ledger, now, wish.retention), because: 'secret lost' }
  }
  const activity = live.find(({ id }) => id === current.id)!
  if (activity.active !== wish.active)
    return {
      do: wish.active ? 'activate' : 'deactivate',
      id: current.id,
      because: `its state is to be ${wish.active ? 'Active' : 'Inactive'}`,
    }
  const due = earliest([wish.dueAt(current), wish.idleAt?.(current)])
  // Who asks for a new key now does not wait for those who use the old one.
  const retiresAt = wish.rotateNow ? expiryOf : (wish.retiresAt ?? expiryOf)
  const retired = retirement(facts, retiresAt)
  if (retired !== undefined) return retired
  const previous = previousOf(ledger)
  if (wish.rotateNow || (due !== undefined && now >= due)) {
    // A user has no third key. Who asks for a new one now wants the old one gone; who only follows the calendar waits.
    if (previous.length > 0 && live.length >= KEY_LIMIT) {
      if (!wish.rotateNow) return { do: 'wait', until: Math.min(...previous.map(retiresAt)), reason: 'SlotTaken' }
      return {
        do: 'record',
        ledger: { ...ledger, keys: ledger.keys.map((key) => (key.state === 'Previous' ? { ...key, expiresAt: now } : key)) },
        because: 'shortened',
      }
    }
    return intend(facts)
  }
  const own = new Set(ledger.keys.map(({ id }) => id))
  const foreign = live.filter(({ id }) => !own.has(id))
  const unwanted = foreign.find(({ active }) => wish.foreignKeys === 'Delete' || (wish.foreignKeys === 'Deactivate' && active))
  if (unwanted !== undefined)
    return {
      do: wish.foreignKeys === 'Delete' ? 'delete' : 'deactivate',
      id: unwanted.id,
      because: 'it is not of this object (foreignKeys)',
    }
  const until = earliest([due, ...previous.map(retiresAt), ...ledger.recent.map(({ at }) => at + INTENT_MEMORY)])
  return { do: 'nothing', until, foreign: foreign.map(({ id }) => id) }
}

const expiryOf = ({ expiresAt = 0 }: KeyRecord): number => expiresAt

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

function retirement({ ledger, now, live }: Facts, retiresAt: (key: KeyRecord) => number = expiryOf): Step | undefined {
  const over = previousOf(ledger).find((key) => now >= retiresAt(key))
  if (over === undefined) return undefined
  // Refused first and deleted then: should it still be in use, whoever looks for the reason finds the key.
  if (live.find(({ id }) => id === over.id)?.active === true) return { do: 'deactivate', id: over.id, because: 'its time is over' }
  return { do: 'delete', id: over.id, because: 'its time is over' }
}

function withoutCurrent(facts: Facts, secret: Readable): Step {
  const { ledger, live, now } = facts
  // The status was lost, as after a restore from a backup: the Secret knows.
  if (secret.is === 'ours' && secret.published !== undefined && secret.intact) {
    const { id, at } = secret.published
    if (live.some((key) => key.id === id) && !ledger.keys.some((key) => key.id === id))
      return { do: 'record', ledger: { ...ledger, keys: [...ledger.keys, { id, state: 'Current', createdAt: at }] }, because: 'recovered' }
  }
  const retired = retirement(facts)
  if (retired !== undefined) return retired
  if (secret.is === 'absent') return { do: 'prepare secret' }
  if (live.length >= KEY_LIMIT && previousOf(ledger).length > 0) {
    const keys = ledger.keys.map((key) => (key.state === 'Previous' ? { ...key, expiresAt: now } : key))
    return { do: 'record', ledger: { ...ledger, keys }, because: 'shortened' }
  }
  return intend(facts)
}

function intend({ ledger, live, now, me, newNonce }: Facts): Step {
  if (live.length >= KEY_LIMIT) {
    const own = new Set(ledger.keys.map(({ id }) => id))
    return { do: 'give up', reason: 'KeyLimitReached', ids: live.flatMap(({ id }) => (own.has(id) ? [] : [id])) }
  }
  const pending = { nonce: newNonce(), at: now, by: me, baseline: live.map(({ id }) => id) }
  return { do: 'record', ledger: intended(ledger, pending), because: 'intended' }
}
