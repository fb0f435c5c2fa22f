import type { Explanation } from 'kubewright'

/** What the reasons in conditions and events of Applications mean. */
export const reasons = {
  AsExpected: { cause: 'Nothing is wrong.' },
  ReconciliationSucceeded: { cause: 'The revision that the spec asks for is rolled out.' },
  ReconciliationFailed: {
    cause: 'The API server refused something, or was not there. It is tried again, and what runs stays.',
    mend: 'The message is that of the API server; `kubewright doctor application` looks for missing rights.',
  },
  Ready: { cause: 'The application has become ready.' },
  MinimumReplicasAvailable: { cause: 'As many pods are available as the Deployment needs at least.' },
  MinimumReplicasUnavailable: {
    cause: 'Fewer pods are available than the Deployment needs at least: none was made yet, they do not start, or their probes fail.',
    mend: 'Look at the pods (`kubectl describe pods -l app.kubernetes.io/name=NAME`), and at the other conditions.',
  },
  NewReplicaSetAvailable: { cause: 'The revision is rolled out on all pods.' },
  RolloutStarted: { cause: 'The spec asks for another revision, and its rollout has begun.' },
  RolloutInProgress: {
    cause: 'Pods of the wanted revision are being started in place of those before.',
    mend: 'Wait. After `progressDeadlineSeconds` without progress the reason becomes ProgressDeadlineExceeded.',
  },
  Scaling: { cause: 'The number of pods is being changed; the revision stays.' },
  Paused: { cause: 'Rollouts are paused by `spec.paused`.', mend: 'Set `spec.paused` to false to let them go on.' },
  ProgressDeadlineExceeded: {
    cause: 'The rollout has made no progress for `progressDeadlineSeconds`: pods of the new revision do not become ready.',
    mend: 'Look at why the new pods fail: image, command, probes, resources. With `spec.rollbackOnFailure` the revision before is restored.',
  },
  ReplicaFailure: {
    cause: 'Pods cannot be made: a quota is used up, or admission refuses them.',
    mend: 'The message is that of the API server: raise the quota, or change what is refused.',
  },
  ReplicasUnavailable: {
    cause: 'The revision is rolled out, and pods of it have died or are not ready any more.',
    mend: 'Look at the pods and their logs; a node may be away.',
  },
  RolledBack: {
    cause: 'A revision failed, and the one before was restored. The failed one is not tried again as long as the spec asks for it.',
    mend: 'Change the spec: a corrected image or setting is tried at once.',
  },
  Conflict: {
    cause: 'An object with the name of one of the children is there and not of this application. It is left alone.',
    mend: 'Rename one of the two, or delete what is not needed.',
  },
  InvalidSpec: {
    cause: 'The spec contradicts itself; nothing is changed, and what runs stays.',
    mend: 'Correct what the message names. With the webhook installed it is refused before it is stored.',
  },
  PolicyViolation: {
    cause: 'The spec asks for what the security policy of the operator does not allow; nothing is changed, and what runs stays.',
    mend: 'Change the fields that the message names, or have the one who runs the operator allow it.',
  },
} as const satisfies Readonly<Record<string, Explanation>>

export type Reason = keyof typeof reasons
