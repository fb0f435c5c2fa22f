import type { DynamicObject } from '@kubewright/core'
import { forbidden, Refusal } from '../../../status/index.ts'
import type { ReviewedObjects } from '../../admission-review.ts'
import type { ReviewedRequest } from '../../reviewed-request.ts'
import type { PolicyBindings } from '../expression-evaluation.ts'
import { VALIDATING_POLICIES, type ValidatingBindingSpec, type ValidatingPolicySpec } from '../policy.ts'
import { type BoundBinding, type BoundPolicy, PolicyIndex } from '../policy-index.ts'
import { bindingsOf, invocationsOf, type Misconfiguration, type PolicyContext } from '../policy-invocations.ts'
import { type CompiledPolicy, compilePolicy } from './compiled-policy.ts'
import { type Denial, evaluatePolicy, type PolicyVerdict } from './evaluation.ts'

type Bound = BoundPolicy<ValidatingPolicySpec, ValidatingBindingSpec, CompiledPolicy>

/** A denial, and by whom. */
interface Told extends Denial {
  readonly policy: string
  /** Absent when the policy itself cannot be used. */
  readonly binding?: string
}

/** kube-apiserver's; what is longer is cut off. */
const LONGEST_ANNOTATION = 10 * 1024

/** Asks the cluster's ValidatingAdmissionPolicies about writes. */
export class ValidatingPolicyAdmission {
  private readonly context: PolicyContext
  private readonly policies: PolicyIndex<ValidatingPolicySpec, ValidatingBindingSpec, CompiledPolicy>

  constructor(context: PolicyContext) {
    this.context = context
    this.policies = new PolicyIndex(context.store, VALIDATING_POLICIES, (spec) => compilePolicy(spec).policy)
  }

  start(): () => void {
    return this.policies.start()
  }

  /** Whether any policy works. */
  isAwake(): boolean {
    return this.policies.all().length > 0
  }

  /** @throws Refusal of the first policy that denies */
  async validate(request: ReviewedRequest, objects: ReviewedObjects): Promise<void> {
    const denials: Told[] = []
    for (const bound of this.policies.all()) denials.push(...(await this.judge(bound, request, objects)))
    const [first] = denials
    if (first !== undefined) throw denied(request, objects.object, first)
  }

  private async judge(bound: Bound, request: ReviewedRequest, objects: ReviewedObjects): Promise<readonly Told[]> {
    const { name: policy, spec, compiled } = bound
    const ignoresFailures = spec.failurePolicy === 'Ignore'
    let seen: Omit<PolicyBindings, 'params'> | undefined
    const annotations = new Annotations()
    const denials: Told[] = []
    for (const each of await invocationsOf(bound, request, objects, this.context)) {
      if (each.is === 'misconfigured') {
        if (!ignoresFailures) denials.push(unusable(policy, each))
        continue
      }
      // Most policies concern nothing of what is written: the object is converted for those that do, and once.
      seen ??= await bindingsOf(each.form, request, objects, this.context)
      const verdict = evaluatePolicy(compiled, { ...seen, params: each.params }, ignoresFailures)
      denials.push(...told(policy, each.binding, verdict, request))
      for (const { key, value } of verdict.annotations) annotations.add(key, value)
    }
    for (const [key, value] of annotations) request.annotate(`${policy}/${key}`, value)
    return denials
  }
}

const unusable = (policy: string, { message, binding }: Misconfiguration): Told => ({
  policy,
  message,
  reason: 'Invalid',
  index: 0,
  ...(binding === undefined ? {} : { binding }),
})

/** Does what the binding's actions say, as far as they do not refuse. @returns what refuses */
function told(
  policy: string,
  { name, spec }: BoundBinding<ValidatingBindingSpec>,
  verdict: PolicyVerdict,
  request: ReviewedRequest,
): readonly Told[] {
  const { validationActions } = spec
  for (const { message, index } of verdict.denials) {
    if (validationActions.includes('Warn'))
      request.warn(`Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${name}': ${message}`)
    if (validationActions.includes('Audit'))
      request.annotate(
        'validation.policy.admission.k8s.io/validation_failure',
        JSON.stringify([{ message, policy, binding: name, expressionIndex: index, validationActions }]),
      )
  }
  const refusing = [...(validationActions.includes('Deny') ? verdict.denials : []), ...verdict.failures]
  return refusing.map((denial) => ({ ...denial, policy, binding: name }))
}

/** What the parameters of several bindings gave for one key is listed, each once. */
class Annotations {
  private readonly values = new Map<string, Set<string>>()

  add(key: string, value: string): void {
    const values = this.values.get(key) ?? new Set()
    this.values.set(key, values.add(value.slice(0, LONGEST_ANNOTATION)))
  }

  *[Symbol.iterator](): Iterator<readonly [key: string, value: string]> {
    for (const [key, values] of this.values) yield [key, [...values].join(', ')]
  }
}

const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 }

function denied(request: ReviewedRequest, object: DynamicObject | undefined, { policy, binding, message, reason }: Told): Refusal {
  const by = binding === undefined ? '' : ` with binding '${binding}'`
  const text = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`
  const name = request.name || (object?.metadata.generateName ?? 'Unknown')
  const { status } = forbidden(request.resource, name, text, [{ message: text }])
  return new Refusal(CODES[reason] ?? 422, reason, status.message ?? text, status.details)
}
