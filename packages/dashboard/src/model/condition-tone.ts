import type { Tone } from './snapshot.ts'

/** Conditions whose `True` is bad news, so that `False` is good. */
const TROUBLES = new Set(['Stalled', 'Degraded', 'Failed', 'ReplicaFailure', 'InvalidTTL', 'Conflict', 'Conflicted', 'Drifted'])
/** Conditions that are neither. */
const NEUTRAL = new Set(['Progressing', 'Reconciling', 'Paused', 'DryRun', 'Suspended'])

export const isTrouble = (type: string): boolean => TROUBLES.has(type)

/** Whether it is good that a condition stands as it does. */
export function conditionTone(type: string, status: string): Tone {
  if (NEUTRAL.has(type) || status === 'Unknown') return 'plain'
  if (TROUBLES.has(type)) return status === 'True' ? 'bad' : 'good'
  return status === 'True' ? 'good' : 'warn'
}
