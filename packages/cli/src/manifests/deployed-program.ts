import type { OperatorDefinition } from '../operator.ts'

/** What manifests are made from: an operator of ours, or the same of a user's module. Everything in the cluster carries the name `kubewright-NAME`. */
export type DeployedProgram = Pick<OperatorDefinition, 'name' | 'kinds' | 'webhooks' | 'conversions'>

/** The labels of everything that belongs to a program; its Pods are found by them. */
export function labelsOf(program: string): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': 'kubewright', 'app.kubernetes.io/component': program }
}

/** Whether the API server calls the program, and it so needs a Service and certificates. */
export function isCalled({ webhooks = [], conversions = [] }: Pick<DeployedProgram, 'webhooks' | 'conversions'>): boolean {
  return webhooks.length + conversions.length > 0
}
