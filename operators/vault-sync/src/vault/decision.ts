import { keyIdOf } from '../desired/digest.ts'
import type { VaultSyncSpec } from '../kind/kinds.ts'
import type { Marks } from './marks.ts'

/** What Vault says of a path of a KV 2, without its values. */
export interface Found {
  /** 0: no version was ever written. */
  readonly currentVersion: number
  /** Whether the current version is neither deleted nor destroyed. */
  readonly live: boolean
  readonly marks: Marks | undefined
}

/** What the ledger says of it. */
export interface Known {
  readonly version: number
  readonly digest: string
}

export interface Wish {
  readonly owner: string
  readonly digest: string
  readonly known: Known | undefined
  readonly policy: Pick<VaultSyncSpec, 'driftPolicy' | 'updatePolicy' | 'adopt' | 'verifyValues'>
}

export type WriteReason = 'new' | 'changed' | 'drift' | 'adopted'

export type Decision =
  | { readonly do: 'nothing' }
  | { readonly do: 'write'; readonly cas: number; readonly why: WriteReason }
  /** The content is right and the marks are not. */
  | { readonly do: 'mark'; readonly version: number }
  /** Only the values can tell: equal ones are taken as they are, for others there is the decision. */
  | { readonly do: 'compare'; readonly version: number; readonly otherwise: Exclude<Decision, { do: 'compare' }> }
  /** Somebody else changed it, and that is to be told and not mended. */
  | { readonly do: 'leave'; readonly because: 'drifted' | 'exists' }
  /** Another owner's, or nobody's that is known. */
  | { readonly do: 'refuse'; readonly owner: string | undefined }

const NOTHING: Decision = { do: 'nothing' }

/**
 * What to do with one path. `found` is `undefined` where metadata cannot be read: then the ledger and the check-and-set number keep us from
 * writing over anybody.
 */
export function decide(found: Found | undefined, wish: Wish): Decision {
  if (found === undefined) return blind(wish)
  const { known, policy } = wish
  // Its last owner let go of it. What is alive there was written since then, and not marked: by nobody that is known, or by us before the program died.
  const released = found.marks?.owner === ''
  if (released && !found.live) return { do: 'write', cas: found.currentVersion, why: 'new' }
  if (found.marks !== undefined && !released) {
    if (found.marks.owner === wish.owner) return ours(found, found.marks, wish)
    return policy.adopt ? { do: 'write', cas: found.currentVersion, why: 'adopted' } : { do: 'refuse', owner: found.marks.owner }
  }
  if (found.currentVersion === 0) return known === undefined ? { do: 'write', cas: 0, why: 'new' } : vanished(0, wish)
  // The mark that was not made, because the program died or the token may not: the ledger knows the version.
  if (known !== undefined && known.version === found.currentVersion)
    return found.live ? unmarked(found.currentVersion, known, wish) : vanished(found.currentVersion, wish)
  if (policy.adopt) return { do: 'write', cas: found.currentVersion, why: 'adopted' }
  // Nobody's: after a crash between write and mark it holds just what is wanted.
  if (found.live) return { do: 'compare', version: found.currentVersion, otherwise: { do: 'refuse', owner: undefined } }
  return { do: 'refuse', owner: undefined }
}

function ours(found: Found, marks: Marks, wish: Wish): Decision {
  const { policy } = wish
  if (!found.live) return found.currentVersion === 0 ? { do: 'write', cas: 0, why: 'new' } : vanished(found.currentVersion, wish)
  if (policy.updatePolicy === 'IfNotExists') return NOTHING
  const untouched = marks.syncedVersion === found.currentVersion
  if (untouched && marks.digest === wish.digest)
    return policy.verifyValues
      ? { do: 'compare', version: found.currentVersion, otherwise: { do: 'write', cas: found.currentVersion, why: 'drift' } }
      : NOTHING
  const write: Decision = { do: 'write', cas: found.currentVersion, why: 'changed' }
  // A new key makes new digests of the old content: one look instead of a storm of writes.
  if (untouched) return keyIdOf(marks.digest) === keyIdOf(wish.digest) ? write : compare(found.currentVersion, write)
  // Somebody else wrote the last version, or we did and could not mark it.
  return compare(found.currentVersion, afterDrift(found.currentVersion, marks.digest, wish))
}

function unmarked(version: number, known: Known, wish: Wish): Decision {
  if (known.digest === wish.digest) return { do: 'mark', version }
  if (wish.policy.updatePolicy === 'IfNotExists') return { do: 'mark', version }
  const write: Decision = { do: 'write', cas: version, why: 'changed' }
  return keyIdOf(known.digest) === keyIdOf(wish.digest) ? write : compare(version, write)
}

/** Deleted, destroyed or purged by somebody else. */
function vanished(cas: number, wish: Wish): Decision {
  return afterDrift(cas, wish.known?.digest, wish)
}

/** A change in Kubernetes is written whatever was done in Vault; without one it is the policy's matter. */
function afterDrift(cas: number, lastDigest: string | undefined, wish: Wish): Exclude<Decision, { do: 'compare' }> {
  const changed = lastDigest !== undefined && keyIdOf(lastDigest) === keyIdOf(wish.digest) && lastDigest !== wish.digest
  if (changed) return { do: 'write', cas, why: 'changed' }
  switch (wish.policy.driftPolicy) {
    case 'Repair':
      return { do: 'write', cas, why: 'drift' }
    case 'Report':
      return { do: 'leave', because: 'drifted' }
    case 'Ignore':
      return { do: 'nothing' }
  }
}

function blind({ known, digest }: Wish): Decision {
  if (known === undefined) return { do: 'write', cas: 0, why: 'new' }
  return known.digest === digest ? NOTHING : { do: 'write', cas: known.version, why: 'changed' }
}

const compare = (version: number, otherwise: Exclude<Decision, { do: 'compare' }>): Decision => ({ do: 'compare', version, otherwise })
