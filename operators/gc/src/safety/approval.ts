/** Approves of a policy's going on: its value is the policy's `status.halt.since`, so that it counts for that halt and no other. */
export const APPROVE_ANNOTATION = 'gc.kubewright.dev/approve'
