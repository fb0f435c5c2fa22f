import type { PolicyProblem } from '../policy/policy.ts'

export type RunState =
  /** The objects are being read for the first time. */
  | { readonly is: 'starting' }
  /** They, or those of some namespaces, are being read once more: something else has put them into another light. `problem`: what keeps them from being read. */
  | { readonly is: 'rereading'; readonly problem?: PolicyProblem }
  | { readonly is: 'watching' }
  | { readonly is: 'failing'; readonly problem: PolicyProblem }

/** Nothing of the kind is deleted meanwhile: it might be what this policy keeps. */
export const isReading = ({ is }: RunState): boolean => is === 'starting' || is === 'rereading'
