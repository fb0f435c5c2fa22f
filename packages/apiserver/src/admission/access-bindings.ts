import { type AccessQuestion, type CelAuthorizer, celAuthorizer, type ResourcePlace, requestResourceCheck } from '@kubewright/cel'
import { SERVICE_ACCOUNT_PREFIX, serviceAccountGroups, type User } from '../authn/user.ts'
import type { Attributes } from '../authz/attributes.ts'
import type { Authorizer } from '../authz/authorizer.ts'
import type { ReviewedRequest } from './reviewed-request.ts'

/** What expressions of admission ask about rights: `authorizer`, on behalf of who makes the request. */
export interface AccessBindings {
  readonly authorizer: unknown
  readonly 'authorizer.requestResource': unknown
}

export function accessBindings(authorizer: Authorizer, user: User, place: ResourcePlace): AccessBindings {
  const asked = onBehalfOf(user, authorizer)
  return { authorizer: celAuthorizer(asked), 'authorizer.requestResource': requestResourceCheck(asked, place) }
}

/** What a request is about. */
export const placeOf = ({ resource, subresource, namespace, name }: ReviewedRequest): ResourcePlace => ({
  group: resource.group,
  resource: resource.plural,
  subresource,
  namespace,
  name,
})

function onBehalfOf(user: User, authorizer: Authorizer): CelAuthorizer {
  return {
    decide: (question) => authorizer.decide(attributesOf(question, user)),
    serviceAccount: (namespace, name) =>
      onBehalfOf({ name: `${SERVICE_ACCOUNT_PREFIX}${namespace}:${name}`, groups: serviceAccountGroups(namespace) }, authorizer),
  }
}

/** An expression names no version: it asks about all of them. */
const attributesOf = (question: AccessQuestion, user: User): Attributes =>
  question.is === 'path' ? { ...question, user } : { ...question, user, version: '*' }
