import type { Container, Pod } from './pod.ts'

/** What becomes of a pod, where it is not what becomes of all: on the pod, or in the template of its workload. */
export const OUTCOME_ANNOTATION = 'kubewright.dev/pod-outcome'

/**
 * `Ready`: it runs. `NotReady`: it runs and is never ready. `ErrImagePull`: its image cannot be had. `CrashLoopBackOff`: its containers end
 * again and again. `Failed`: they end, once, with an error. `Succeeded`: they end well.
 */
export type PodOutcome = 'Ready' | 'NotReady' | 'ErrImagePull' | 'CrashLoopBackOff' | 'Failed' | 'Succeeded'

const OUTCOMES: ReadonlySet<string> = new Set<PodOutcome>(['Ready', 'NotReady', 'ErrImagePull', 'CrashLoopBackOff', 'Failed', 'Succeeded'])

/** Images of this name are in no registry. */
const NO_IMAGE = 'does-not-exist'

export const isMissingImage = ({ image = '' }: Container): boolean => image.includes(NO_IMAGE)

/** A pod of a Job ends; every other one runs until it is deleted. */
export function outcomeOf(pod: Pod): PodOutcome {
  const asked = pod.metadata.annotations?.[OUTCOME_ANNOTATION]
  if (asked !== undefined && OUTCOMES.has(asked)) return asked as PodOutcome
  if ([...pod.spec.containers, ...(pod.spec.initContainers ?? [])].some(isMissingImage)) return 'ErrImagePull'
  const isOfJob = (pod.metadata.ownerReferences ?? []).some(({ kind, controller }) => kind === 'Job' && controller === true)
  return isOfJob ? 'Succeeded' : 'Ready'
}
