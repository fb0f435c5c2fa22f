import { onUpdate } from 'kubewright'
import type { Target, VaultSync } from '../kind/kinds.ts'
import { orphanName } from '../orphans/record.ts'
import { syncNameFor } from '../owners/translation.ts'

/** Which VaultSyncs have what this one wants: when one of them lets go of it, this one is next, and need not wait until it looks again. */
export function awaitedSyncs({ status }: VaultSync): readonly { readonly name: string; readonly namespace: string }[] {
  return heldByOthers(status?.targets).flatMap(({ holder }) => {
    // The cluster may be another one: then there is no such object here, or one that says nothing new.
    const found = syncOf(holder)
    return found === undefined ? [] : [found]
  })
}

/** Whose mark it is, if it is one of this cluster. */
export function syncOf(mark: string): { readonly name: string; readonly namespace: string } | undefined {
  const [, namespace, kind, name] = mark.split('/')
  if (namespace === undefined || kind === undefined || name === undefined) return undefined
  return { namespace, name: kind === 'VaultSync' ? name : syncNameFor(kind, name) }
}

/** Which records of what was left behind are of something that this one wants: they go when it has been removed. */
export function awaitedOrphans({ status }: VaultSync): readonly string[] {
  return heldByOthers(status?.targets).map((target) => orphanName(target.holder, target))
}

/** Something that it had is not in its ledger any more. */
export const letsGo = onUpdate<VaultSync>((old, { status }) => {
  const has = new Set(status?.targets?.map(({ path }) => path))
  return old.status?.targets?.some(({ path }) => !has.has(path)) === true
})

/** It waits for somebody for whom it did not wait before, who may be waiting for it in turn. */
export const beginsToWait = onUpdate<VaultSync>((old, { status }) => hasNewHolder(old.status?.targets ?? [], status?.targets ?? []))

/**
 * Another one has it by now than the ledger said: that one may have let go again before anybody here listened. That it is nobody's is news as
 * well, once: between the writing of a value and its mark it looks so, and of a holder without a name nobody would hear when it lets go.
 */
export function hasNewHolder(before: readonly Target[], targets: readonly Target[]): boolean {
  const known = new Set(before.filter(isConflict).map(placeAndHolder))
  return targets.filter(isConflict).some((target) => !known.has(placeAndHolder(target)))
}

const isConflict = ({ state }: Target): boolean => state === 'Conflict'

const placeAndHolder = ({ path, holder = '' }: Target): string => `${path} ${holder}`

function heldByOthers(targets: readonly Target[] = []): readonly (Target & { readonly holder: string })[] {
  return targets.filter((target): target is Target & { readonly holder: string } => isConflict(target) && target.holder !== undefined)
}
