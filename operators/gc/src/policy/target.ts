import type { GroupVersionKind, Keep, Kind, KubeObject } from 'kubewright'

export type TargetKind = GroupVersionKind

/** What a policy watches. Policies with equal targets share one watch. */
export interface Target {
  readonly kind: Kind<KubeObject>
  /** `undefined`: all. */
  readonly namespace: string | undefined
  readonly labelSelector: string
  readonly fieldSelector: string
  /** The policy reads nothing but metadata, so the server need not send more. */
  readonly metadataOnly: boolean
  /** Whether objects are looked at again after they were judged, or their keys are enough. */
  readonly keep: Keep
}
