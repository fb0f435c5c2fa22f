/** Discovery is asked again so often about a kind that is not there; it is shared by all policies and costs the server little. */
const RETRY = 30_000
const SOON = 1_000
/** 1, 2, 4 and 8 seconds. */
const SOON_TRIES = 4

/** When a target that could not be opened is tried again: seldom, and for a while more often where there is reason to hope. */
export class Reopening {
  #soon = 0

  /** It will open soon, most likely: the next tries come one after the other. */
  expectSoon(): void {
    this.#soon = SOON_TRIES
  }

  /** Milliseconds until the next try. */
  next(): number {
    if (this.#soon === 0) return RETRY
    return SOON * 2 ** (SOON_TRIES - this.#soon--)
  }
}
