import type { Target } from '../kind/kinds.ts'

/** One VaultSync, as its ledger says it stands. */
export interface Party {
  /** Its mark in Vault. */
  readonly mark: string
  readonly targets: readonly Target[]
}

/**
 * Which paths of this one, wanted no longer, somebody waits for who has (or waits in turn for somebody who has) what this one waits for, and does not want it any
 * more either: two that swap their paths, say. Each of them keeps its old path until it has its new one, so that nobody ever finds neither; in such a circle
 * they would keep them for ever. Of a path that its holder wants still nobody is let go: that would be given up for nothing.
 */
export function pathsInCircle(own: Party, partyOf: (mark: string) => Party | undefined): ReadonlySet<string> {
  const found = new Set<string>()
  const seen = new Set<string>([own.mark])
  const open = awaitedBy(own)
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { holder, place } = next
    if (holder === own.mark) {
      if (isLeaving(own, place)) found.add(place)
      continue
    }
    const party = seen.has(holder) ? undefined : partyOf(holder)
    if (party === undefined || !isLeaving(party, place)) continue
    seen.add(holder)
    open.push(...awaitedBy(party))
  }
  return found
}

/** The same path in the same Vault. */
export const placeOfTarget = ({ path, vault = '', vaultNamespace = '' }: Target): string => JSON.stringify([path, vault, vaultNamespace])

const awaitedBy = ({ targets }: Party) =>
  targets.flatMap((target) =>
    target.state === 'Conflict' && target.holder !== undefined ? [{ holder: target.holder, place: placeOfTarget(target) }] : [],
  )

const isLeaving = ({ targets }: Party, place: string): boolean =>
  targets.some((target) => target.state === 'Removing' && target.owned === true && placeOfTarget(target) === place)
