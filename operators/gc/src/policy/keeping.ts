import type { Keep } from 'kubewright'
import type { ClauseSpec } from '../conditions/conditions.ts'
import type { PolicySpec } from '../kinds/policies.ts'
import type { Needs } from './policy.ts'

/**
 * What has to be kept of a policy's objects. Keys are enough where metadata says everything and a word, once said, holds until the object changes, falls
 * due, or its namespace or its author's rights change: what does is read from the server again. What depends on the time or on other objects in any other
 * way would be read again too often.
 */
export function keepOf(spec: PolicySpec, metadataOnly: boolean, needs: Needs): Keep {
  const { conditions, notice, behavior, schedule, windows, freezes, evaluationInterval, keep } = spec
  const looksAround = needs.use || needs.quota || needs.heldSince || needs.owner !== undefined || keep !== undefined
  const followsTime = [schedule, windows, freezes, evaluationInterval].some((part) => part !== undefined) || !isTimeless(conditions)
  // Both look at the whole object when it goes: at its finalizers, at who controls it.
  const handlesObject = notice !== undefined || behavior.finalizer !== undefined || behavior.owned === 'Delete'
  return metadataOnly && !looksAround && !followsTime && !handlesObject ? 'keys' : 'objects'
}

/** Labels and annotations alone. */
function isTimeless(clause: (ClauseSpec & { readonly ownerGone?: unknown }) | undefined): boolean {
  if (clause === undefined) return true
  const { hasLabels: _, hasAnnotations: __, or = [], not = [], ...others } = clause
  return Object.values(others).every((part) => part === undefined) && [...or, ...not].every(isTimeless)
}
