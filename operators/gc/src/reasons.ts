import type { Explanation } from 'kubewright'
import type { PolicyProblem } from './policy/policy.ts'
import type { HaltReason } from './safety/brake.ts'

/** Why a policy does nothing at all. */
const problems = {
  InvalidSpec: {
    cause: 'The policy cannot be understood or contradicts itself.',
    mend: 'Correct what the message names. With the webhook installed it is refused before it is stored.',
  },
  OutsideNamespace: {
    cause: 'A GarbageCollectionPolicy names other namespaces than its own.',
    mend: 'Remove the field, or use a ClusterGarbageCollectionPolicy.',
  },
  Protected: {
    cause: 'The kind, or the namespace, is one in which nothing is ever collected, as losing it could take the cluster along.',
    mend: 'The one who runs the operator may allow a kind with `--gc-allowed-kinds`; system namespaces stay protected.',
  },
  TooBroad: {
    cause: 'The policy is about every object of a kind in the cluster, which is what a typing error looks like.',
    mend: 'Add a selector, conditions or namespaces, or acknowledge it with the words of the message in `spec.acknowledgeBroadScope`.',
  },
  AuthorUnknown: {
    cause:
      'It is not known whose rights count for the deletions: the policy was not written through the webhook of the operator, or past it.',
    mend: 'Apply the policy again, with the webhook installed.',
  },
  CRDOutdated: {
    cause:
      'The installed definition of the policies is older than the operator, so the server has taken fields away, which may have kept objects.',
    mend: 'Apply the CRDs (`kubewright manifests gc --only crds`), then the policy again.',
  },
  ClusterScopedTarget: {
    cause: 'The target kind is cluster-scoped, and the policy is about namespaces.',
    mend: 'Use a ClusterGarbageCollectionPolicy without `spec.targetResource.namespace`.',
  },
  UnknownKind: {
    cause: 'The server does not serve the target kind (any more).',
    mend: 'Correct `spec.targetResource`, or install its CRD: the policy begins by itself when the kind appears.',
  },
  Forbidden: {
    cause: 'The operator may not list or watch the target kind.',
    mend: 'Give its role list, watch and delete on that kind (`kubewright manifests gc --only rbac`).',
  },
  Unavailable: { cause: 'The target cannot be looked up or watched at the moment. It is tried again; nothing is deleted meanwhile.' },
} as const satisfies Readonly<Record<PolicyProblem['reason'], Explanation>>

const APPROVE = 'when it is right, approve it with the annotation `gc.kubewright.dev/approve` and the value of `status.halt.since`.'

/** What only a person lets go on: reasons of the condition Blocked. */
const halts = {
  MaxPercent: {
    cause: 'More objects are due than `limits.maxPercent` of all allows.',
    mend: `Look at what would go (\`kubewright gc plan\`); ${APPROVE}`,
  },
  Anomaly: {
    cause: 'Many more objects are due than in the runs before (`limits.anomalyFactor`).',
    mend: `Look at what would go (\`kubewright gc plan\`); ${APPROVE}`,
  },
  InitialDeletions: {
    cause: 'More objects are due at the beginning than `limits.maxInitialDeletions` allows a new or changed policy.',
    mend: `Look at what would go (\`kubewright gc plan\`); ${APPROVE}`,
  },
  RecreationLoop: {
    cause: 'What is deleted is made again, again and again: somebody wants it.',
    mend: `Find out who makes it, and change the one or the other; ${APPROVE}`,
  },
} as const satisfies Readonly<Record<HaltReason, Explanation>>

/** What the reasons in conditions and events mean. */
export const reasons = {
  ...problems,
  ...halts,
  Active: { cause: 'Objects are deleted as they fall due.' },
  Starting: { cause: 'The objects are being read for the first time; nothing is deleted before all are known.' },
  DryRun: {
    cause: 'The policy only counts what it would delete: `status.wouldDelete`, with examples in `status.samples`.',
    mend: 'Set `spec.behavior.dryRun` to false to have it delete.',
  },
  Paused: {
    cause: 'The policy is paused, by its spec or by the annotation `kubewright.dev/paused`.',
    mend: 'Set `spec.paused` to false, or remove the annotation.',
  },
  Blocked: { cause: 'A limit of the policy has stopped it until somebody approves.', mend: 'See the condition Blocked.' },
  Waits: {
    cause: 'Something is due, and waits: for the next run, an opening, or until deletions do not fail any more. The message says which.',
  },
  EmergencyStop: {
    cause: 'A GarbageCollectionStop stops all collection in the cluster.',
    mend: '`kubewright gc resume`, or delete the object that the message names.',
  },
  ClockJumped: {
    cause: 'The clock of the API server has jumped by more than five minutes. Nothing is deleted until it has been steady for a minute.',
    mend: 'Check the time service (NTP) of the machines of the API server.',
  },
  StillTerminating: {
    cause: 'Deleted objects have been terminating for more than ten minutes: a finalizer keeps them.',
    mend: '`kubectl get KIND NAME -o jsonpath={.metadata.finalizers}` names whose it is; that program has to run.',
  },
  ReadForbidden: {
    cause: 'The operator may not list or watch the target kind.',
    mend: 'Give its role list and watch on that kind (`kubewright manifests gc --only rbac`).',
  },
  DeletionForbidden: {
    cause: 'The API server refuses the operator the deletion. It is tried again every five minutes.',
    mend: 'Give its role delete on that kind, in the namespaces that the message names.',
  },
  AuthorForbidden: {
    cause: 'The one who wrote the policy may not delete these objects, so the policy may not either.',
    mend: 'Give the author the right, or have somebody who has it apply the policy.',
  },
  UnreadableTime: {
    cause: 'What decides about an object cannot be read or known, such as a time that is none. The object is kept.',
    mend: 'Correct the field or annotation of the object: `kubewright gc explain KIND/NAME` names it.',
  },
  SeveralPolicies: {
    cause: 'Several policies are about the same objects; the one that keeps longest wins.',
    mend: 'That is safe. When it is not meant, make their selectors not overlap.',
  },
  ChangesTooOften: { cause: 'Objects change so often that they are never as they were when their deletion was decided. They are kept.' },
  ServerRefuses: {
    cause: 'The API server, or a webhook that it asks, refuses to delete some objects.',
    mend: 'The message names one, with the words of the server.',
  },
  None: { cause: 'What the condition is about was once so, and is not any more.' },
  ResourcesDeleted: { cause: 'Objects were deleted; the note says how many, the audit record in the log which.' },
  DeletionAnnounced: {
    cause: 'The object is about to be deleted by a policy that tells so beforehand.',
    mend: 'To keep it, set the annotation `gc.kubewright.dev/keep-until` to a time, or do what the note says.',
  },
} as const satisfies Readonly<Record<string, Explanation>>

export type Reason = keyof typeof reasons
