import type { Desired } from '../desired/content.ts'
import type { Target } from '../kind/kinds.ts'
import { fullPath, type Mount, type Place } from '../path/placement.ts'

/** A KV 1 that became a KV 2 has what was in it as this version. */
export const GROWN_VERSION = 1

/** Which Vault the entries are in. */
export interface Where {
  readonly vault: string | undefined
  readonly vaultNamespace: string | undefined
}

/** One path that is wanted, with what is known of it. */
export interface Wanted {
  readonly place: Place
  readonly path: string
  readonly desired: Desired
}

export interface LedgerPlan {
  readonly wanted: readonly Wanted[]
  /** Wanted, and not noted down yet. */
  readonly unnoted: readonly Target[]
  /** Noted down, and wanted no longer. */
  readonly stale: readonly Target[]
}

/** What is to be written and what is to go, from what is wanted and what the ledger has. */
export function planOf(
  base: Place,
  mount: Mount,
  content: { readonly desired: readonly Desired[]; readonly held: readonly string[] },
  ledger: readonly Target[],
  where: Where,
): LedgerPlan {
  const at = (subPath: string): Place => ({ mount: base.mount, rest: subPath === '' ? base.rest : `${base.rest}/${subPath}` })
  const wanted = content.desired.map((desired) => {
    const place = at(desired.subPath)
    return { place, path: fullPath(place), desired }
  })
  const kept = new Set([...wanted.map(({ path }) => path), ...content.held.map((subPath) => fullPath(at(subPath)))])
  const known = new Set(ledger.filter((entry) => isIn(entry, where)).map(({ path }) => path))
  return {
    wanted,
    unnoted: wanted
      .filter(({ path }) => !known.has(path))
      .map(({ path }) => ({
        ...{ path, mount: mount.mount, kv: mount.version, state: 'Pending' as const },
        ...(where.vault === undefined ? {} : { vault: where.vault }),
        ...(where.vaultNamespace === undefined ? {} : { vaultNamespace: where.vaultNamespace }),
      })),
    stale: ledger.filter((entry) => !isIn(entry, where) || !kept.has(entry.path)),
  }
}

export const isIn = (entry: Target, { vault, vaultNamespace }: Where): boolean =>
  entry.vault === vault && entry.vaultNamespace === vaultNamespace

/** Below its mount. */
export const restOf = ({ path, mount }: Pick<Target, 'path' | 'mount'>): string => path.slice(mount.length + 1)

/** The ledger with this entry in its place, or at its end. */
export function withEntry(ledger: readonly Target[], entry: Target): readonly Target[] {
  const at = ledger.findIndex(
    (each) => each.path === entry.path && isIn(each, { vault: entry.vault, vaultNamespace: entry.vaultNamespace }),
  )
  return at === -1 ? [...ledger, entry] : ledger.with(at, entry)
}
