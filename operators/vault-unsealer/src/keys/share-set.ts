import { createHash } from 'node:crypto'
import { shareFingerprint } from '@kubewright/vault'
import type { ShareRef } from '../machine/model.ts'

/** Distinct key shares, in their order, and what may be told of them. */
export class ShareSet {
  readonly refs: readonly ShareRef[]
  /** Names the set. */
  readonly name: string
  readonly #bytes = new Map<string, Buffer>()

  /** Copies the shares; equal ones count once, in whatever encoding they came. */
  constructor(shares: readonly Buffer[]) {
    const refs: ShareRef[] = []
    for (const share of shares) {
      const fingerprint = shareFingerprint(share)
      if (this.#bytes.has(fingerprint)) continue
      this.#bytes.set(fingerprint, Buffer.from(share))
      refs.push({ index: refs.length + 1, fingerprint, x: share.at(-1)! })
    }
    this.refs = refs
    const sorted = refs.map(({ fingerprint }) => fingerprint).sort()
    this.name = refs.length === 0 ? 'none' : createHash('sha256').update(sorted.join(' ')).digest('hex').slice(0, 12)
  }

  /** `undefined` when it is not of this set, or the set has been wiped. */
  bytes(fingerprint: string): Buffer | undefined {
    return this.#bytes.get(fingerprint)
  }

  /** Overwrites all of them. What is being sent has a copy of its own. */
  wipe(): void {
    for (const bytes of this.#bytes.values()) bytes.fill(0)
    this.#bytes.clear()
  }
}
