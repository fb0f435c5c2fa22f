import { claimFamilyKey, type ReferenceKey, referenceKey } from './references.ts'

/** Names that come and go with their objects would otherwise be remembered for ever. */
const MOST_REMEMBERED = 100_000

/** Who refers to what, the other way round: for each thing named, how many name it, and since when nobody does any more. */
export class ReferenceIndex {
  readonly #named = new Map<string, readonly ReferenceKey[]>()
  readonly #counts = new Map<ReferenceKey, number>()
  readonly #unusedSince = new Map<ReferenceKey, number>()
  /** Of what was forgotten for want of room: nothing of it was in use later than this. */
  #floor: number | undefined

  /** What the referrer names now. Returns what is named for the first time, or no more. */
  set(referrer: string, references: readonly ReferenceKey[], now: number): readonly ReferenceKey[] {
    const before = this.#named.get(referrer) ?? []
    if (references.length === 0) this.#named.delete(referrer)
    else this.#named.set(referrer, references)
    return [
      ...references.filter((key) => !before.includes(key) && this.#add(key)),
      ...before.filter((key) => !references.includes(key) && this.#drop(key, now)),
    ]
  }

  isUsed(kind: string, namespace: string | undefined, name: string): boolean {
    if (this.#counts.has(referenceKey(kind, namespace, name))) return true
    if (kind !== 'PersistentVolumeClaim') return false
    const family = /^(.+)-\d+$/.exec(name)?.[1]
    return family !== undefined && this.#counts.has(claimFamilyKey(namespace, family))
  }

  /** Wall clock, ms; `undefined` when nobody has been seen to name it at all. */
  unusedSince(kind: string, namespace: string | undefined, name: string): number | undefined {
    return this.#unusedSince.get(referenceKey(kind, namespace, name)) ?? this.#floor
  }

  #add(key: ReferenceKey): boolean {
    const count = this.#counts.get(key) ?? 0
    this.#counts.set(key, count + 1)
    this.#unusedSince.delete(key)
    return count === 0
  }

  #drop(key: ReferenceKey, now: number): boolean {
    const count = this.#counts.get(key) ?? 0
    if (count > 1) {
      this.#counts.set(key, count - 1)
      return false
    }
    this.#counts.delete(key)
    this.#unusedSince.set(key, now)
    const [oldest] = this.#unusedSince
    if (this.#unusedSince.size > MOST_REMEMBERED && oldest !== undefined) {
      this.#floor = Math.max(this.#floor ?? oldest[1], oldest[1])
      this.#unusedSince.delete(oldest[0])
    }
    return true
  }
}
