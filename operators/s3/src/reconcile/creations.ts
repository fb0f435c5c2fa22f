import { type Clock, formatTime, parseTime } from 'kubewright'
import { isRemoteFailure } from '../gateway/failure.ts'

const MINUTE = 60_000

/** An intent of a process that is gone is made anew when it is older: what it accounts for was made within minutes of it. */
const INTENT_LIFE = 10 * MINUTE
/** The clock of a server whose signatures we pass is at most a quarter of an hour off; one that is more than this off costs an adoption by hand, and no bucket. */
const CLOCKS = MINUTE
/** From the intent to the last moment at which its request may have had its effect: its life, and a request that takes as long as providers may allow. */
const EFFECT = INTENT_LIFE + 5 * MINUTE

interface CommonStatus {
  pendingCreate?: { at: string } | undefined
}

/** An object that stands for something that is about to be created. */
export interface Maker {
  readonly object: {
    readonly metadata: { readonly uid?: string }
    readonly status?: { readonly pendingCreate?: { readonly at: string } | undefined } | undefined
  }
  readonly status: CommonStatus
}

/** What can be found out about something that is there, and may be what was sent for. */
export interface Found {
  /** Whether it bears the mark of this object. */
  isMarked(): Promise<boolean>
  /** ms since the epoch; `undefined` where the server does not say. */
  createdAt(): Promise<number | undefined>
  /** Whether it is as it was made, and nobody works with it. */
  isUntouched(): Promise<boolean>
}

/**
 * Tells what we made from what somebody of the same account made at the same time. Servers do not: some answer 200 to a second creation, and an answer may
 * be lost. So an intent is stored before the request goes out, and a process remembers for which intents it has sent nothing that may have had an effect.
 */
export class Creations {
  readonly #clock: Clock
  /** By uid, the time of the intent. Lost with the process, and then it counts as sent. */
  readonly #withoutEffect = new Map<string, string>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Puts an intent into the draft of the status, unless a fresh one is stored. @returns whether the creation may be sent in this pass */
  announce({ object, status }: Maker): boolean {
    const stored = object.status?.pendingCreate
    const age = this.#clock.now() - (parseTime(stored?.at ?? '') ?? Number.NEGATIVE_INFINITY)
    // Of thousands of buckets each waits for its turn between its intent and its creation: our own is never too old, or none would ever be made.
    const isOwn = stored !== undefined && this.#withoutEffect.get(uidOf(object)) === stored.at
    if (isOwn || (age >= -CLOCKS && age <= INTENT_LIFE)) return true
    const at = formatTime(this.#clock.now())
    status.pendingCreate = { at }
    this.#withoutEffect.set(uidOf(object), at)
    return false
  }

  /** Sends the creation, once. A refusal is an answer: nothing was made; anything else leaves that open. @throws what `create` throws */
  async send<R>({ object }: Pick<Maker, 'object'>, create: () => Promise<R>): Promise<R> {
    const uid = uidOf(object)
    const at = this.#withoutEffect.get(uid)
    this.#withoutEffect.delete(uid)
    try {
      return await create()
    } catch (error) {
      if (at !== undefined && isRemoteFailure(error) && error.is !== 'Transient') this.#withoutEffect.set(uid, at)
      throw error
    }
  }

  /** Whether what is there comes of a creation that this object sent, and of which it saw no answer. In doubt it is somebody else's. */
  async accountsFor({ object }: Pick<Maker, 'object'>, found: Found): Promise<boolean> {
    const intent = object.status?.pendingCreate
    if (intent === undefined || this.#withoutEffect.get(uidOf(object)) === intent.at) return false
    if (await found.isMarked()) return true
    const createdAt = await found.createdAt()
    const at = parseTime(intent.at)
    if (createdAt === undefined || at === undefined || createdAt < at - CLOCKS || createdAt > at + EFFECT + CLOCKS) return false
    return found.isUntouched()
  }

  forget(object: Maker['object']): void {
    this.#withoutEffect.delete(uidOf(object))
  }
}

const uidOf = ({ metadata: { uid = '' } }: Maker['object']): string => uid
