import { formatTime, type ReconcileContext, type ReconcileResult } from 'kubewright'
import type { Target, VaultSync } from '../kind/kinds.ts'
import { leaveOrphan } from '../orphans/record.ts'
import { failureOf } from './failure.ts'
import { removeTarget } from './removing.ts'
import { ownerMark, resourceOf, subjectOf, type World } from './world.ts'

type Context = ReconcileContext<VaultSync>

/** Between two tries of a cleanup that fails: soon at first, then at a pace that a Vault under repair can bear. */
const PAUSES_MS = [1_000, 5_000, 15_000, 30_000]

/**
 * Takes everything of the ledger out of Vault. A Vault that is away is waited for until the deadline; then the object is let go, and what is left in Vault
 * becomes a record that is retried for as long as it takes. So nothing is forgotten, and no namespace waits for ever.
 */
export async function cleanUpOnce(context: Context, world: World): Promise<ReconcileResult> {
  const { object, signal, status, log, clock } = context
  const { cluster } = await world.identity(signal)
  const owner = ownerMark(cluster, object)
  let targets = object.status?.targets ?? []
  let failure: unknown
  for (const entry of targets) {
    try {
      const removed = await removeTarget(entry, { world, sync: object, owner, signal })
      world.meter.cleanup(removed.is)
      if (removed.is === 'foreign') context.recorder.event(subjectOf(object), leftNote(entry))
      targets = targets.filter((each) => each !== entry)
    } catch (error) {
      signal.throwIfAborted()
      failure = error
    }
  }
  if (failure === undefined) {
    world.meter.forget({ namespace: object.metadata.namespace ?? '', resource: resourceOf(object) })
    return undefined
  }
  status.targets = [...targets]
  const since = object.status?.cleanupSince === undefined ? clock.now() : Date.parse(object.status.cleanupSince)
  const message = failureOf(failure).message
  if (object.spec.forceFinalize || (world.cleanupDeadlineMs > 0 && clock.now() - since >= world.cleanupDeadlineMs)) {
    await letGo(context, world, { targets, owner, reason: object.spec.forceFinalize ? 'forced by the annotation' : message })
    return undefined
  }
  status.cleanupSince = formatTime(since)
  context.condition('Ready', false, 'CleanupFailed', message)
  if (object.status?.cleanupSince === undefined)
    context.recorder.event(subjectOf(object), {
      type: 'Warning',
      reason: 'CleanupFailed',
      action: 'CleanUp',
      note: waitingNote(message, world),
    })
  log.warn('the cleanup in Vault failed and is tried again', { error: failure })
  const age = clock.now() - since
  const pause = PAUSES_MS.find((ms) => age < ms * 4) ?? PAUSES_MS.at(-1)!
  const left = world.cleanupDeadlineMs === 0 ? pause : since + world.cleanupDeadlineMs - clock.now()
  return { requeueAfter: Math.max(100, Math.min(pause, left)) }
}

/** What is dropped from the ledger and not removed is told to whoever wonders why it is still there. */
export const leftNote = ({ path, owned }: Target) => ({
  type: owned === true ? ('Warning' as const) : ('Normal' as const),
  reason: 'LeftInVault',
  note: `left ${path} in Vault: it is another's by now, or outside of the path policy`,
})

async function letGo(
  { object, client, recorder, signal }: Context,
  { meter }: World,
  { targets, owner, reason }: { readonly targets: readonly Target[]; readonly owner: string; readonly reason: string },
): Promise<void> {
  for (const entry of targets) {
    await leaveOrphan(client, entry, {
      owner,
      namespace: object.metadata.namespace ?? '',
      policy: object.spec.deletionPolicy,
      reason,
      signal,
    })
    meter.cleanup('orphaned')
  }
  const note = `left ${targets.map(({ path }) => path).join(', ')} in Vault; it is retried: see kubectl get vaultsyncorphans`
  recorder.event(subjectOf(object), { type: 'Warning', reason: 'Orphaned', action: 'CleanUp', note })
}

function waitingNote(message: string, { cleanupDeadlineMs }: World): string {
  const end = cleanupDeadlineMs === 0 ? '' : `; after ${Math.round(cleanupDeadlineMs / 1000)} s it is let go and retried in the background`
  return `cannot remove it from Vault: ${message}${end}; the annotation vault-sync.io/force-finalize lets it go at once`
}
