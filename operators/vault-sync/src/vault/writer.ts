import { isVaultError, type KvMetadata } from '@kubewright/vault'
import { deepEqual } from 'kubewright'
import type { Desired } from '../desired/content.ts'
import { type Decision, decide, type Found, type Wish, type WriteReason } from './decision.ts'
import type { SyncKvV1, SyncKvV2 } from './limited.ts'
import { customMetadataOf, type Marks, marksIn, merged, unmarkable } from './marks.ts'
import { unbroken } from './unbroken.ts'

/** What a write came to. */
export type Written =
  | { readonly is: 'same'; readonly version: number | undefined; readonly marked: boolean }
  | {
      readonly is: 'written'
      readonly version: number | undefined
      readonly why: WriteReason
      readonly marked: boolean
      readonly unmarkedBecause?: string
    }
  /** The content was there already, and is taken as ours. */
  | { readonly is: 'taken'; readonly version: number | undefined; readonly marked: boolean; readonly unmarkedBecause?: string }
  | { readonly is: 'left'; readonly because: 'drifted' | 'exists' }
  | { readonly is: 'conflict'; readonly owner: string | undefined }
  | { readonly is: 'refused'; readonly message: string }

export interface Order {
  /** Below the mount. */
  readonly rest: string
  readonly desired: Desired
  readonly wish: Wish
  readonly ownerUid: string
  /** Whether the mark of the last write is known to be in Vault. */
  readonly marked: boolean
  /** Nothing is known of the path, and most likely there is nothing. */
  readonly fresh: boolean
  /** Sets all doubts aside and asks Vault first. */
  readonly look: boolean
  /** Wall clock, in milliseconds. */
  readonly now: number
  readonly signal: AbortSignal
}

/** Somebody writes as fast as we do; the next pass will find a quieter moment. */
const ROUNDS = 3

/** Brings one path of a KV 2 to what is wanted, in one version, and in none when it is so already. */
export async function writeV2(kv: SyncKvV2, order: Order): Promise<Written> {
  const { wish, desired } = order
  const refusal = unmarkable(wish.owner, desired.base64)
  if (refusal !== undefined) return { is: 'refused', message: refusal }
  const { known } = wish
  // What changed in Kubernetes and was ours: the number alone tells whether somebody came in between, so nothing needs to be asked.
  if (!order.look && order.marked && known !== undefined && known.digest !== wish.digest && wish.policy.updatePolicy === 'Replace') {
    const done = await tryWrite(kv, order, { cas: known.version, why: 'changed' }, undefined)
    if (done !== undefined) return done
  }
  // Vault itself refuses this where there is anything, so asking before would be a call more for each of many new paths.
  if (!order.look && order.fresh) {
    const done = await writeFresh(kv, order)
    if (done !== undefined) return done
  }
  for (let round = 1; round <= ROUNDS; round++) {
    const metadata = await readMetadata(kv, order)
    const decision = decide(metadata === 'denied' ? undefined : foundIn(metadata, order.now), wish)
    const custom = metadata === 'denied' ? undefined : (metadata?.customMetadata ?? {})
    const done = await carryOut(kv, order, decision, custom, metadata === 'denied' ? undefined : metadata?.currentVersion)
    if (done !== undefined) return done
  }
  return { is: 'refused', message: 'somebody else keeps writing to it at the same moment' }
}

async function carryOut(
  kv: SyncKvV2,
  order: Order,
  decision: Decision,
  custom: Readonly<Record<string, string>> | undefined,
  currentVersion: number | undefined,
): Promise<Written | undefined> {
  switch (decision.do) {
    case 'nothing':
      return {
        is: 'same',
        version: order.wish.known?.version ?? currentVersion,
        marked: custom !== undefined && marksIn(custom) !== undefined,
      }
    case 'leave':
      return { is: 'left', because: decision.because }
    case 'refuse':
      return { is: 'conflict', owner: decision.owner }
    case 'mark':
      return { is: 'taken', version: decision.version, ...(await mark(kv, order, decision.version, custom)) }
    case 'write':
      return await tryWrite(kv, order, decision, custom)
    case 'compare': {
      if ((await holds(kv, order)) !== 'equal') return await carryOut(kv, order, decision.otherwise, custom, currentVersion)
      if (custom !== undefined && isMarked(custom, order, decision.version)) return { is: 'same', version: decision.version, marked: true }
      return { is: 'taken', version: decision.version, ...(await mark(kv, order, decision.version, custom)) }
    }
  }
}

/** `undefined`: another writer was faster. */
async function tryWrite(
  kv: SyncKvV2,
  order: Order,
  { cas, why }: { readonly cas: number; readonly why: WriteReason },
  custom: Readonly<Record<string, string>> | undefined,
): Promise<Written | undefined> {
  try {
    return await unbroken(order.signal, async (signal) => {
      const { version } = await kv.write(order.rest, order.desired.data, { cas, signal })
      return { is: 'written' as const, version, why, ...(await mark(kv, { ...order, signal }, version, custom)) }
    })
  } catch (error) {
    if (isVaultError(error, 'casMismatch')) return undefined
    throw error
  }
}

/** `undefined`: there is something. A token that may create and not update is told so by a refusal. */
async function writeFresh(kv: SyncKvV2, order: Order): Promise<Written | undefined> {
  try {
    return await tryWrite(kv, order, { cas: 0, why: 'new' }, undefined)
  } catch (error) {
    if (isVaultError(error, 'permissionDenied')) return undefined
    throw error
  }
}

const marksOf = ({ wish, ownerUid, desired }: Order, version: number): Marks => ({
  owner: wish.owner,
  ownerUid,
  digest: wish.digest,
  syncedVersion: version,
  base64Keys: desired.base64,
})

function isMarked(custom: Readonly<Record<string, string>>, order: Order, version: number): boolean {
  return deepEqual(marksIn(custom), marksOf(order, version))
}

/**
 * Marks by a patch, which leaves everybody else's metadata alone; where the token may not patch, by reading, merging and replacing. A mark that
 * cannot be made is no failure of the sync: the ledger has the version.
 */
async function mark(
  kv: SyncKvV2,
  order: Order,
  version: number,
  custom: Readonly<Record<string, string>> | undefined,
): Promise<{ readonly marked: boolean; readonly unmarkedBecause?: string }> {
  const { rest, signal } = order
  const customMetadata = customMetadataOf(marksOf(order, version))
  try {
    await kv.patchMetadata(rest, { customMetadata }, { signal })
    return { marked: true }
  } catch (error) {
    if (isVaultError(error, 'invalid') && error.status === 400) return { marked: false, unmarkedBecause: 'CustomMetadataFull' }
    if (!isVaultError(error, 'permissionDenied', 'invalid')) throw error
  }
  try {
    const existing = custom ?? (await kv.metadata(rest, { signal }))?.customMetadata ?? {}
    await kv.setMetadata(rest, { customMetadata: merged(existing, customMetadata) }, { signal })
    return { marked: true }
  } catch (error) {
    if (isVaultError(error, 'permissionDenied')) return { marked: false, unmarkedBecause: 'MetadataDenied' }
    if (isVaultError(error, 'invalid')) return { marked: false, unmarkedBecause: 'CustomMetadataFull' }
    throw error
  }
}

async function readMetadata(kv: SyncKvV2, { rest, signal }: Order): Promise<KvMetadata | undefined | 'denied'> {
  try {
    return await kv.metadata(rest, { signal })
  } catch (error) {
    if (isVaultError(error, 'permissionDenied')) return 'denied'
    throw error
  }
}

export function foundIn(metadata: KvMetadata | undefined, now: number): Found {
  if (metadata === undefined) return { currentVersion: 0, live: false, marks: undefined }
  const { currentVersion, versions, customMetadata } = metadata
  const current = versions.get(currentVersion)
  return {
    currentVersion,
    // With delete_version_after the time of a deletion is set from the beginning, and lies ahead.
    live: current !== undefined && !current.destroyed && (current.deletionTime === '' || Date.parse(current.deletionTime) > now),
    marks: marksIn(customMetadata),
  }
}

async function holds(kv: SyncKvV2, { rest, desired, signal }: Order): Promise<'equal' | 'other' | 'unknown'> {
  try {
    const secret = await kv.read(rest, { signal })
    return secret !== undefined && !secret.deleted && deepEqual(secret.data, desired.data) ? 'equal' : 'other'
  } catch (error) {
    if (isVaultError(error, 'permissionDenied')) return 'unknown'
    throw error
  }
}

/** A KV 1 has neither versions nor metadata: the ledger says whose it is, and the values whether they are right. */
export async function writeV1(kv: SyncKvV1, order: Order): Promise<Written> {
  const { rest, desired, wish, signal } = order
  const { known, policy } = wish
  if (known !== undefined && known.digest === wish.digest && policy.driftPolicy === 'Ignore')
    return { is: 'same', version: undefined, marked: false }
  const found = await readV1(kv, order)
  const write = async (why: WriteReason): Promise<Written> => {
    await kv.write(rest, desired.data, { signal })
    return { is: 'written', version: undefined, why, marked: false }
  }
  if (found === 'denied') {
    if (known !== undefined)
      return known.digest === wish.digest ? { is: 'same', version: undefined, marked: false } : await write('changed')
    return policy.adopt ? await write('adopted') : { is: 'conflict', owner: undefined }
  }
  if (found !== undefined && deepEqual(found, desired.data))
    return known === undefined ? { is: 'taken', version: undefined, marked: false } : { is: 'same', version: undefined, marked: false }
  if (known === undefined) {
    if (found === undefined) return await write('new')
    return policy.adopt ? await write('adopted') : { is: 'conflict', owner: undefined }
  }
  if (found !== undefined && policy.updatePolicy === 'IfNotExists') return { is: 'same', version: undefined, marked: false }
  if (known.digest !== wish.digest) return await write('changed')
  return policy.driftPolicy === 'Repair' ? await write('drift') : { is: 'left', because: 'drifted' }
}

async function readV1(kv: SyncKvV1, { rest, signal }: Order): Promise<Readonly<Record<string, unknown>> | undefined | 'denied'> {
  try {
    return await kv.read(rest, { signal })
  } catch (error) {
    if (isVaultError(error, 'permissionDenied')) return 'denied'
    throw error
  }
}
