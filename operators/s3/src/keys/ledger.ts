/** A key that is ours. */
export interface KeyRecord {
  readonly id: string
  readonly state: 'Current' | 'Previous'
  /** ms since the epoch, as are all times here. */
  readonly createdAt: number
  /** When a previous key is retired. */
  readonly expiresAt?: number
}

/** Written down before a key is made, because the answer can be lost and the key has no name of our choice: what is there then, and was not before, is ours. */
export interface Intent {
  readonly nonce: string
  readonly at: number
  /** The keys that the user had. */
  readonly baseline: readonly string[]
}

export interface PendingIntent extends Intent {
  /** Which process means to make the key. Each start of a process is another one. */
  readonly by: string
}

/** Everything that is known of the keys of one user. It is in the status of the AccessKey. */
export interface Ledger {
  readonly keys: readonly KeyRecord[]
  readonly pending?: PendingIntent
  /** Intents of which no key was seen: it may still come. */
  readonly recent: readonly Intent[]
}

export const EMPTY_LEDGER: Ledger = { keys: [], recent: [] }

/** A request that is answered so late has been given up by every server and proxy. */
export const INTENT_MEMORY = 30 * 60_000

export const currentOf = ({ keys }: Ledger): KeyRecord | undefined => keys.find(({ state }) => state === 'Current')
export const previousOf = ({ keys }: Ledger): readonly KeyRecord[] => keys.filter(({ state }) => state === 'Previous')

export function intended(ledger: Ledger, pending: PendingIntent): Ledger {
  return { ...ledger, pending }
}

/** The key is published: it is the current one, and the one of before has its time. */
export function committed(ledger: Ledger, id: string, now: number, retention: number): Ledger {
  const before = ledger.keys.map((key): KeyRecord => (key.state === 'Current' ? superseded(key, now, retention) : key))
  return { keys: [...before, { id, state: 'Current', createdAt: now }], recent: ledger.recent }
}

/** The current key is no longer published. */
export function displaced(ledger: Ledger, now: number, retention: number): Ledger {
  return { ...ledger, keys: ledger.keys.map((key) => (key.state === 'Current' ? superseded(key, now, retention) : key)) }
}

const superseded = ({ id, createdAt }: KeyRecord, now: number, retention: number): KeyRecord => ({
  ...{ id, createdAt },
  state: 'Previous',
  expiresAt: now + retention,
})

/** Nothing has come of the intent so far. */
export function abandoned({ pending, ...ledger }: Ledger): Ledger {
  if (pending === undefined) return ledger
  const { nonce, at, baseline } = pending
  return { ...ledger, recent: [...ledger.recent, { nonce, at, baseline }] }
}

export function without({ keys, ...ledger }: Ledger, id: string): Ledger {
  return { ...ledger, keys: keys.filter((key) => key.id !== id) }
}
