export interface Claimant {
  /** Names the unsealer. */
  readonly key: string
  /** When it was created (RFC 3339). */
  readonly created: string
}

/** Which unsealer looks after a node that several select: the oldest. Two that submit to one node would take each other's shares for a stranger's. */
export class Claims {
  readonly #claims = new Map<string, Claimant[]>()
  readonly #of = new Map<string, ReadonlySet<string>>()

  /** From now on the claimant wants exactly these nodes. @returns other claimants who have won or lost one by this */
  claim(claimant: Claimant, nodes: readonly string[]): readonly string[] {
    const before = this.#of.get(claimant.key) ?? new Set<string>()
    const after = new Set(nodes)
    const concerned = new Set<string>()
    for (const node of new Set([...before, ...after])) {
      if (before.has(node) && after.has(node)) continue
      const others = (this.#claims.get(node) ?? []).filter(({ key }) => key !== claimant.key)
      const all = after.has(node) ? [...others, claimant].sort(byAge) : others
      if (all.length === 0) this.#claims.delete(node)
      else this.#claims.set(node, all)
      for (const { key } of others) concerned.add(key)
    }
    if (after.size === 0) this.#of.delete(claimant.key)
    else this.#of.set(claimant.key, after)
    return [...concerned]
  }

  /** Whose it is. */
  owner(node: string): string | undefined {
    return this.#claims.get(node)?.[0]?.key
  }
}

const byAge = (a: Claimant, b: Claimant) => a.created.localeCompare(b.created) || a.key.localeCompare(b.key)
