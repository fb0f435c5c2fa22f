import type { DynamicObject } from '@kubewright/core'
import type { StoredResource } from '../../registry/resource.ts'
import { forbidden, Refusal } from '../../status/index.ts'
import { type ReviewedObjects, reviewRequest } from '../admission-review.ts'
import type { Equivalent } from '../equivalents.ts'
import { shownIn } from '../form.ts'
import type { MatchCriteria, Matcher } from '../matcher.ts'
import type { ReviewedRequest } from '../reviewed-request.ts'
import { type Denial, evaluatePolicy, type PolicyBindings, type PolicyVerdict } from './evaluation.ts'
import { type BoundBinding, type BoundPolicy, PolicyIndex } from './policy-index.ts'
import { type ParametersContext, PolicyConfigurationError, parameterResource, parametersOf } from './policy-parameters.ts'

export interface PolicyAdmissionContext extends ParametersContext {
  readonly matcher: Matcher
}

/** A denial, and by whom. */
interface Told extends Denial {
  readonly policy: string
  /** Absent when the policy itself cannot be used. */
  readonly binding?: string
}

/** kube-apiserver's; what is longer is cut off. */
const LONGEST_ANNOTATION = 10 * 1024

/** Asks the cluster's ValidatingAdmissionPolicies about writes. */
export class PolicyAdmission {
  private readonly context: PolicyAdmissionContext
  private readonly policies: PolicyIndex

  constructor(context: PolicyAdmissionContext) {
    this.context = context
    this.policies = new PolicyIndex(context.store)
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

  private async judge(bound: BoundPolicy, request: ReviewedRequest, objects: ReviewedObjects): Promise<readonly Told[]> {
    const { name: policy, policy: definition } = bound
    const ignoresFailures = definition.spec.failurePolicy === 'Ignore'
    const refused = (what: string, error: unknown, binding?: string): readonly Told[] => {
      if (!(error instanceof PolicyConfigurationError)) throw error
      const message = `failed to configure ${what}: ${error.message}`
      return ignoresFailures ? [] : [{ policy, message, reason: 'Invalid', index: 0, ...(binding !== undefined && { binding }) }]
    }
    const form = this.context.matcher.formOf(bound.criteria, request, objects)
    if (form === undefined) return []
    let resource: StoredResource | undefined
    try {
      resource = definition.spec.paramKind && parameterResource(definition.spec.paramKind, this.context)
    } catch (error) {
      return refused('policy', error)
    }
    const seen = once(() => this.seenIn(form, request, objects))
    const annotations = new Annotations()
    const denials: Told[] = []
    for (const binding of bound.bindings) {
      if (!this.concerns(binding.criteria, request, objects)) continue
      try {
        const parameters = await parametersOf(resource, binding.binding.spec.paramRef, request.namespace, this.context)
        for (const params of parameters) {
          const verdict = evaluatePolicy(bound.compiled, { ...(await seen()), params }, ignoresFailures)
          denials.push(...told(policy, binding, verdict, request))
          for (const { key, value } of verdict.annotations) annotations.add(key, value)
        }
      } catch (error) {
        denials.push(...refused('binding', error, binding.name))
      }
    }
    for (const [key, value] of annotations) request.annotate(`${policy}/${key}`, value)
    return denials
  }

  private concerns(criteria: MatchCriteria | undefined, request: ReviewedRequest, objects: ReviewedObjects): boolean {
    return criteria === undefined || this.context.matcher.formOf(criteria, request, objects) !== undefined
  }

  /** What expressions see of the request, whatever the parameters. */
  private async seenIn(form: Equivalent, request: ReviewedRequest, objects: ReviewedObjects): Promise<Omit<PolicyBindings, 'params'>> {
    const { object, old } = await shownIn(form, objects)
    return {
      object: object ?? null,
      oldObject: old ?? null,
      request: reviewRequest(request, form.form, ''),
      namespaceObject: this.namespaceOf(request),
    }
  }

  /** Of a Namespace itself there is none. */
  private namespaceOf({ resource, namespace }: ReviewedRequest): DynamicObject | null {
    if (namespace === '' || (resource.group === '' && resource.plural === 'namespaces')) return null
    return this.context.store.get('/namespaces', namespace)?.object ?? null
  }
}

/** Most policies concern nothing of what is written: the object is converted for those that do, and once. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Does what the binding's actions say, as far as they do not refuse. @returns what refuses */
function told(policy: string, { name, binding }: BoundBinding, verdict: PolicyVerdict, request: ReviewedRequest): readonly Told[] {
  const { validationActions } = binding.spec
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
