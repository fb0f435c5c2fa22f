import { OBJECT_LIMIT } from '@kubewright/cel'
import type { DynamicObject } from '@kubewright/core'
import { forbidden, internalError, Refusal } from '../../../status/index.ts'
import type { ReviewedObjects } from '../../admission-review.ts'
import type { Equivalent } from '../../equivalents.ts'
import { shownIn } from '../../form.ts'
import type { Reinvocation } from '../../reinvocation.ts'
import type { ReviewedRequest } from '../../reviewed-request.ts'
import { conditionsHold, Evaluation, ExhaustedError, type PolicyBindings } from '../expression-evaluation.ts'
import { type BindingSpec, MUTATING_POLICIES, type MutatingPolicySpec } from '../policy.ts'
import { type BoundPolicy, PolicyIndex } from '../policy-index.ts'
import { bindingsOf, invocationsOf, type PolicyContext, type PolicyInvocation } from '../policy-invocations.ts'
import { configuredBy } from './apply-configuration.ts'
import { type CompiledMutation, type CompiledPolicy, compilePolicy } from './compiled-policy.ts'
import { patchedBy } from './json-patch.ts'
import { MutationError } from './mutation-error.ts'

type Bound = BoundPolicy<MutatingPolicySpec, BindingSpec, CompiledPolicy>

interface PolicyFailure {
  /** Of the configuration: none. */
  readonly reason?: 'Invalid'
  readonly message: string
}

interface Matched {
  readonly bound: Bound
  readonly invocation: PolicyInvocation<BindingSpec>
}

/** Lets the cluster's MutatingAdmissionPolicies change writes. */
export class MutatingPolicyAdmission {
  private readonly context: PolicyContext
  private readonly policies: PolicyIndex<MutatingPolicySpec, BindingSpec, CompiledPolicy>

  constructor(context: PolicyContext) {
    this.context = context
    this.policies = new PolicyIndex(context.store, MUTATING_POLICIES, (spec) => compilePolicy(spec).policy)
  }

  start(): () => void {
    return this.policies.start()
  }

  /** Whether any policy works. */
  isAwake(): boolean {
    return this.policies.all().length > 0
  }

  /** One round: each policy in its turn sees what the ones before it made. @throws Refusal with all that fails */
  async mutate<Objects extends ReviewedObjects>(
    request: ReviewedRequest,
    objects: Objects,
    reinvocation: Reinvocation,
  ): Promise<Objects['object']> {
    const failures: PolicyFailure[] = []
    let { object }: ReviewedObjects = objects
    for (const matched of await this.matching(request, objects, failures))
      object = await this.mutateByPolicy(matched, request, { object, old: objects.old }, reinvocation, failures)
    // A policy that has changed something is itself asked again: others may still change what it has made.
    if (object !== objects.object) reinvocation.changed()
    if (failures.length > 0) throw refusal(request, objects.object, failures)
    return object
  }

  /** Who has a say, which is decided before anyone changes anything. */
  private async matching(request: ReviewedRequest, objects: ReviewedObjects, failures: PolicyFailure[]): Promise<readonly Matched[]> {
    const matched: Matched[] = []
    for (const bound of this.policies.all())
      for (const each of await invocationsOf(bound, request, objects, this.context)) {
        if (each.is === 'invocation') matched.push({ bound, invocation: each })
        else if (!ignoresFailures(bound)) failures.push({ message: denial(bound.name, each.binding, each.message) })
      }
    return matched
  }

  /** The object as the policy's mutations leave it, those that fail apart. */
  private async mutateByPolicy(
    { bound, invocation }: Matched,
    request: ReviewedRequest,
    { object: sent, old }: ReviewedObjects,
    reinvocation: Reinvocation,
    failures: PolicyFailure[],
  ): Promise<DynamicObject | undefined> {
    const { name, spec, compiled } = bound
    const fails = (message: string) => {
      if (!ignoresFailures(bound)) failures.push({ reason: 'Invalid', message: denial(name, invocation.binding.name, message) })
    }
    const { form, params } = invocation
    const seen = { ...(await bindingsOf(form, request, { object: sent, old }, this.context)), params }
    const id = idOf(name, invocation)
    if (!holds(compiled, seen, fails) || !reinvocation.has(id)) return sent
    let object = sent
    for (const mutation of object === undefined ? [] : compiled.mutations) {
      try {
        object = await this.mutateBy(mutation, compiled, request, { object: object!, old }, invocation)
      } catch (error) {
        if (!(error instanceof MutationError)) throw error
        fails(error.message)
      }
    }
    if (spec.reinvocationPolicy === 'IfNeeded') reinvocation.had(id)
    return object
  }

  private async mutateBy(
    mutation: CompiledMutation,
    { variables }: CompiledPolicy,
    request: ReviewedRequest,
    objects: ReviewedObjects & { readonly object: DynamicObject },
    { form, params }: PolicyInvocation<BindingSpec>,
  ): Promise<DynamicObject> {
    const seen = { ...(await bindingsOf(form, request, objects, this.context)), params }
    const { object: shown } = await shownIn(form, { object: objects.object, old: undefined })
    const value = valueFrom(mutation, new Evaluation(seen, OBJECT_LIMIT, variables))
    if (mutation.by === 'ApplyConfiguration') return form.read(configuredBy(value, shown!, form.resource))
    const made = patchedBy(value, shown!)
    requireKnownFields(made, form)
    return form.read(made)
  }
}

const ignoresFailures = ({ spec }: Bound): boolean => spec.failurePolicy === 'Ignore'

function valueFrom(mutation: CompiledMutation, evaluation: Evaluation) {
  try {
    const outcome = evaluation.evaluate(mutation)
    if (outcome.is === 'failed') throw new MutationError(outcome.message)
    return outcome.value
  } catch (error) {
    if (error instanceof ExhaustedError) throw new MutationError(error.message)
    throw error
  }
}

function holds({ conditions }: CompiledPolicy, bindings: PolicyBindings, failed: (message: string) => void): boolean {
  if (conditions.length === 0) return true
  try {
    const outcome = conditionsHold(conditions, bindings)
    if (outcome.is === 'failed') failed(outcome.message)
    return outcome.is === 'value' && outcome.value === true
  } catch (error) {
    if (!(error instanceof ExhaustedError)) throw error
    failed(error.message)
    return false
  }
}

/** Of the server's own kinds: a custom resource's unknown fields are pruned. @throws Refusal 500 */
function requireKnownFields(made: object, { resource }: Equivalent): void {
  if (resource === undefined || resource.custom !== undefined) return
  const { unknownFields } = resource.read({ ...made })
  if (unknownFields.length === 0) return
  throw internalError(`strict decoding error: ${unknownFields.map((field) => `unknown field ${JSON.stringify(field)}`).join(', ')}`)
}

const idOf = (policy: string, { binding, params }: PolicyInvocation<BindingSpec>): string =>
  JSON.stringify([policy, binding.name, params?.metadata.namespace, params?.metadata.name])

const denial = (policy: string, binding: string | undefined, message: string): string =>
  binding === undefined
    ? `policy ${JSON.stringify(policy)} denied request: ${message}`
    : `policy '${policy}' with binding '${binding}' denied request: ${message}`

/** The first says what the client is told, and all stand in the causes. */
function refusal({ resource, name }: ReviewedRequest, object: DynamicObject | undefined, failures: readonly PolicyFailure[]): Refusal {
  const { message, reason = 'Forbidden' } = failures[0]!
  const named = name || object?.metadata.generateName || 'Unknown'
  const { status } = forbidden(
    resource,
    named,
    '',
    failures.map((failure) => ({ message: failure.message })),
  )
  return new Refusal(403, reason, message, status.details)
}
