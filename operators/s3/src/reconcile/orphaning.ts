import type { KubeObject, ReconcileContext } from 'kubewright'
import { FORCE_ORPHAN } from '../kinds/group.ts'

/** Whether somebody wants the object gone whatever stays behind. It is told, so that it can be found again. */
export function isForcedOut(
  { object, recorder, log }: Pick<ReconcileContext<KubeObject>, 'object' | 'recorder' | 'log'>,
  leftBehind: string,
): boolean {
  if (object.metadata.annotations?.[FORCE_ORPHAN] !== 'true') return false
  recorder.event(object, { type: 'Warning', reason: 'Orphaned', action: 'Delete', note: `left behind on the server: ${leftBehind}` })
  log.warn('an object was let go by force', { leftBehind })
  return true
}
