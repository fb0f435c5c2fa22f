import type { DynamicObject } from '@kubewright/core'
import type { Authorizer } from '../../authz/authorizer.ts'
import type { StoredResource } from '../../registry/resource.ts'
import { accessBindings, placeOf } from '../access-bindings.ts'
import { type ReviewedObjects, reviewRequest } from '../admission-review.ts'
import type { Equivalent } from '../equivalents.ts'
import { shownIn } from '../form.ts'
import type { Matcher } from '../matcher.ts'
import type { ReviewedRequest } from '../reviewed-request.ts'
import type { PolicyBindings } from './expression-evaluation.ts'
import type { BindingSpec, PolicySpec } from './policy.ts'
import type { BoundBinding, BoundPolicy } from './policy-index.ts'
import { type ParametersContext, PolicyConfigurationError, parameterResource, parametersOf } from './policy-parameters.ts'

export interface PolicyContext extends ParametersContext {
  readonly matcher: Matcher
  readonly authorizer: Authorizer
}

/** A policy that has a say in a write: once for each of its bindings that concern the write, and each of their parameters. */
export interface PolicyInvocation<Binding extends BindingSpec> {
  readonly is: 'invocation'
  readonly binding: BoundBinding<Binding>
  readonly form: Equivalent
  readonly params: DynamicObject | null
}

/** A policy that would have a say, or its binding, which is not to be used as it is. */
export interface Misconfiguration {
  readonly is: 'misconfigured'
  /** Absent when it is the policy itself. */
  readonly binding?: string
  readonly message: string
}

/** In how far one policy has a say in a write. @throws Refusal 404 when labels of a namespace are asked for that is not there */
export async function invocationsOf<Binding extends BindingSpec>(
  { spec, criteria, bindings }: BoundPolicy<PolicySpec, Binding, unknown>,
  request: ReviewedRequest,
  objects: ReviewedObjects,
  context: PolicyContext,
): Promise<readonly (PolicyInvocation<Binding> | Misconfiguration)[]> {
  const form = context.matcher.formOf(criteria, request, objects)
  if (form === undefined) return []
  const misconfigured = (what: string, error: unknown, binding?: string): readonly Misconfiguration[] => {
    if (!(error instanceof PolicyConfigurationError)) throw error
    const message = `failed to configure ${what}: ${error.message}`
    return [{ is: 'misconfigured', message, ...(binding === undefined ? {} : { binding }) }]
  }
  let resource: StoredResource | undefined
  try {
    resource = spec.paramKind && parameterResource(spec.paramKind, context)
  } catch (error) {
    return misconfigured('policy', error)
  }
  const found: (PolicyInvocation<Binding> | Misconfiguration)[] = []
  for (const binding of bindings) {
    if (binding.criteria !== undefined && context.matcher.formOf(binding.criteria, request, objects) === undefined) continue
    try {
      const parameters = await parametersOf(resource, binding.spec.paramRef, request.namespace, context)
      for (const params of parameters) found.push({ is: 'invocation', binding, form, params })
    } catch (error) {
      found.push(...misconfigured('binding', error, binding.name))
    }
  }
  return found
}

/** What expressions see of a write, whatever the parameters. */
export async function bindingsOf(
  form: Equivalent,
  request: ReviewedRequest,
  objects: ReviewedObjects,
  context: PolicyContext,
): Promise<Omit<PolicyBindings, 'params'>> {
  const { object, old } = await shownIn(form, objects)
  return {
    ...accessBindings(context.authorizer, request.user, placeOf(request)),
    object: object ?? null,
    oldObject: old ?? null,
    request: reviewRequest(request, form.form, ''),
    namespaceObject: namespaceOf(request, context),
  }
}

/** Of a Namespace itself there is none. */
function namespaceOf({ resource, namespace }: ReviewedRequest, { store }: PolicyContext): DynamicObject | null {
  if (namespace === '' || (resource.group === '' && resource.plural === 'namespaces')) return null
  return store.get('/namespaces', namespace)?.object ?? null
}
