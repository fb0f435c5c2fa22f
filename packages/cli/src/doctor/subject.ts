import type { PolicyRule } from '@kubewright/schema'
import type { DeployedProgram } from '../manifests/deployed-program.ts'

export interface NeededRole {
  /** `undefined`: in the whole cluster. */
  readonly namespace: string | undefined
  readonly rules: readonly PolicyRule[]
}

/** A program whose things in the cluster are looked at. */
export interface Subject extends DeployedProgram {
  /** Without these it does not work. */
  readonly needed: readonly NeededRole[]
  /** These it has a use for, with some of its flags. */
  readonly useful: readonly PolicyRule[]
  /** Kinds that it reads or writes and that are not its own. */
  readonly uses: readonly { readonly group: string; readonly version: string; readonly kind: string }[]
  /** The command that prints a part of its manifests. */
  readonly printing: (part: 'crds' | 'rbac' | 'webhooks' | 'deployment') => string
}

/** Of everything of a program in the cluster. */
export const resourceName = ({ name }: Pick<Subject, 'name'>): string => `kubewright-${name}`
