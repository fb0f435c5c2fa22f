import { type DynamicObject, deepEqual, type StatusCause } from '@kubewright/core'
import { forbiddenValue, unsupportedValue } from '../../status/index.ts'
import { fill } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

/** What every cluster has from the start, for the pods without which it is none. */
export const SYSTEM_CLASSES = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
] as const

/** Above it are the system's. */
const HIGHEST = 1_000_000_000

export const priorityClasses: Strategy = {
  ...defaultStrategy,
  generation: true,
  defaults(draft) {
    fill(draft, { preemptionPolicy: 'PreemptLowerPriority' })
  },
  validate: (priorityClass) => [...validateValue(priorityClass), ...validatePolicy(priorityClass['preemptionPolicy'])],
  validateUpdate: (priorityClass, old) =>
    ['value', 'preemptionPolicy'].flatMap((field) =>
      deepEqual(priorityClass[field], old[field]) ? [] : [forbiddenValue(field, 'may not be changed in an update.')],
    ),
}

function validateValue({ metadata: { name = '' }, value, globalDefault }: DynamicObject): readonly StatusCause[] {
  if (!name.startsWith('system-'))
    return Number(value ?? 0) <= HIGHEST ? [] : [forbiddenValue('value', `maximum allowed value of a user defined priority is ${HIGHEST}`)]
  const problem = systemProblem(name, value, globalDefault === true)
  if (problem === undefined) return []
  return [forbiddenValue('metadata.name', `priority class names with 'system-' prefix are reserved for system use only. error: ${problem}`)]
}

function systemProblem(name: string, value: unknown, isDefault: boolean): string | undefined {
  const known = SYSTEM_CLASSES.find((each) => each.name === name)
  if (known === undefined) return `${name} is not a known system priority class`
  if (value !== known.value) return `value of ${name} PriorityClass must be ${known.value}`
  return isDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}

const POLICIES = ['PreemptLowerPriority', 'Never']

const validatePolicy = (policy: unknown): readonly StatusCause[] =>
  POLICIES.includes(String(policy)) ? [] : [unsupportedValue('preemptionPolicy', policy, POLICIES)]
