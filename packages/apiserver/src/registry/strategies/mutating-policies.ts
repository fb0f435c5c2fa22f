import type { StatusCause } from '@kubewright/core'
import { compilePolicy } from '../../admission/policies/mutating/compiled-policy.ts'
import type { MutatingPolicySpec } from '../../admission/policies/policy.ts'
import { invalidValue, requiredValue, unsupportedValue } from '../../status/index.ts'
import { type Fields, fieldsAt, listAt, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'
import { defaultMatching, defaultPolicy, oneOf, problemsAt, validateBindingSpec, validatePolicySpec } from './admission-policies.ts'
import { texts } from './admission-rules.ts'

/** Where there is nothing to change, a policy that changes has no business. */
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE']
const REINVOCATIONS = ['IfNeeded', 'Never']
/** Each with the field that holds its expression, in the order of the server's messages. */
const PATCHES: Readonly<Record<string, string>> = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' }

export const mutatingPolicies: Strategy = {
  ...defaultStrategy,
  unconditionalUpdate: false,
  generation: true,
  defaults: (draft) => defaultPolicy(fieldsAt(draft, 'spec')),
  validate: (object) => validatePolicy(optionalFields(object as Fields, 'spec') ?? {}),
}

export const mutatingPolicyBindings: Strategy = {
  ...defaultStrategy,
  unconditionalUpdate: false,
  generation: true,
  defaults: (draft) => defaultMatching(optionalFields(fieldsAt(draft, 'spec'), 'matchResources')),
  validate: (object) =>
    validateBindingSpec(optionalFields(object as Fields, 'spec') ?? {}, (matching) => validateOperations(matching, 'spec.matchResources')),
}

function validatePolicy(spec: Fields): readonly StatusCause[] {
  const { problems } = compilePolicy(spec as unknown as MutatingPolicySpec)
  const mutations = listAt(spec, 'mutations')
  return [
    ...validatePolicySpec(spec, problems, (constraints) => validateOperations(constraints, 'spec.matchConstraints')),
    ...(mutations.length === 0 ? [requiredValue('spec.mutations', 'mutations must contain at least one item')] : []),
    ...mutations.flatMap((mutation, index) => validateMutation(mutation, `spec.mutations[${index}]`, problemsAt(problems))),
    ...(spec['reinvocationPolicy'] ? oneOf(spec, 'reinvocationPolicy', REINVOCATIONS, 'spec') : [requiredValue('spec.reinvocationPolicy')]),
  ]
}

const validateOperations = (matching: Fields, at: string): readonly StatusCause[] =>
  listAt(matching, 'resourceRules')
    .flatMap((rule) => texts(rule['operations']))
    .filter((operation) => !OPERATIONS.includes(operation))
    .map((operation) => unsupportedValue(`${at}.resourceRules.operations`, operation, OPERATIONS))

function validateMutation(mutation: Fields, at: string, problemsIn: (field: string) => readonly StatusCause[]): readonly StatusCause[] {
  const { patchType } = mutation
  if (!patchType) return [requiredValue(`${at}.patchType`)]
  const own = PATCHES[String(patchType)]
  if (own === undefined) return [unsupportedValue(`${at}.patchType`, patchType, Object.keys(PATCHES))]
  const held = optionalFields(mutation, own)
  const field = `${at}.${own}`
  const others = Object.values(PATCHES).filter((each) => each !== own && mutation[each] !== undefined)
  return [
    ...(held === undefined
      ? [requiredValue(field, `must be specified when patchType is ${String(patchType)}`)]
      : String(held['expression'] ?? '').trim() === ''
        ? [requiredValue(`${field}.expression`)]
        : problemsIn(`${field}.expression`)),
    ...others.map((each) => invalidValue(`${at}.${each}`, `{${each}}`, `must not be specified when patchType is ${String(patchType)}`)),
  ]
}
