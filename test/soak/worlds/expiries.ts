/** When an object may go, by what its writer knows of it. */
export interface Expiry {
  readonly uid: string
  /** Wall clock, ms. `undefined`: it stays. */
  readonly dueAt: number | undefined
}

/** One second: a creation time has no smaller parts. */
const GRAIN = 1_000

/** What was written of each object's time, to hold what the server has against it. */
export class Expiries {
  readonly #objects = new Map<string, Expiry>()

  /** From now on the object has this time. */
  note(name: string, expiry: Expiry): void {
    this.#objects.set(name, expiry)
  }

  /** Its writer has deleted it, or it has gone at its time. */
  forget(name: string): void {
    this.#objects.delete(name)
  }

  get(name: string): Expiry | undefined {
    return this.#objects.get(name)
  }

  /** Names of what stays, or of what will be due at least so many ms after `now`. */
  staying(now: number, ahead = 0): readonly string[] {
    return [...this.#objects].filter(([, { dueAt }]) => dueAt === undefined || dueAt > now + ahead).map(([name]) => name)
  }

  /** What is not there, though it is not due: deleted wrongly. `present` maps names to uids, as the server had them at or before `now`. */
  wronglyGone(present: ReadonlyMap<string, string>, now: number): readonly string[] {
    return this.#with(({ uid, dueAt }, name) => (dueAt === undefined || now < dueAt) && present.get(name) !== uid)
  }

  /** What is there, though it is due. */
  overdue(present: ReadonlyMap<string, string>, now: number): readonly string[] {
    return this.#with(({ uid, dueAt }, name) => dueAt !== undefined && now >= dueAt + GRAIN && present.get(name) === uid)
  }

  /** What will have gone. */
  due(): readonly string[] {
    return this.#with(({ dueAt }) => dueAt !== undefined)
  }

  /** Forgets what was due and is gone. @returns how many these are */
  settle(present: ReadonlyMap<string, string>, now: number): number {
    const gone = this.#with(({ uid, dueAt }, name) => dueAt !== undefined && now >= dueAt && present.get(name) !== uid)
    for (const name of gone) this.forget(name)
    return gone.length
  }

  #with(holds: (expiry: Expiry, name: string) => boolean): readonly string[] {
    return [...this.#objects].filter(([name, expiry]) => holds(expiry, name)).map(([name]) => name)
  }
}
