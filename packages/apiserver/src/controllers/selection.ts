import { ConfigurationError } from '@kubewright/core'
import { ACTUATOR_NAMES } from '../workloads/index.ts'

/** Without these an API alone behaves strangely: what is deleted stays, and namespaces are empty. */
export const BASIC_CONTROLLERS = [
  'garbage-collector',
  'namespace',
  'definition-cleanup',
  'namespace-defaults',
  'role-aggregation',
  'resourcequota',
  'policy-type-check',
] as const

/** What of the rest is not a pure function of what is there. */
export const FURTHER_CONTROLLERS = ['certificate-signer'] as const

export const CONTROLLER_NAMES: readonly string[] = [...BASIC_CONTROLLERS, ...FURTHER_CONTROLLERS, ...ACTUATOR_NAMES]

/** True: the basic ones. A list is as kube-controller-manager's flag has it: `*` is all, `name` one of them, `-name` all others where `*` stands too. */
export type ControllerSelection = boolean | readonly string[]

/** @throws ConfigurationError for a name that no controller has */
export function selectedControllers(selection: ControllerSelection): ReadonlySet<string> {
  if (typeof selection === 'boolean') return new Set(selection ? BASIC_CONTROLLERS : [])
  const unknown = selection.find((each) => each !== '*' && !CONTROLLER_NAMES.includes(each.replace(/^-/, '')))
  if (unknown !== undefined)
    throw new ConfigurationError(
      `controllers: ${JSON.stringify(unknown)} is none of them: give *, or some of ${CONTROLLER_NAMES.join(', ')}, each with a - before it to leave it out`,
    )
  const isLeftOut = (name: string) => selection.includes(`-${name}`)
  const isIn = (name: string) => selection.includes(name) || selection.includes('*')
  return new Set(CONTROLLER_NAMES.filter((name) => isIn(name) && !isLeftOut(name)))
}
