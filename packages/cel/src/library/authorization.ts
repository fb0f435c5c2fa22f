import { CelEvaluationError } from '../errors.ts'
import { AUTHORIZER, DECISION, GROUP_CHECK, PATH_CHECK, RESOURCE_CHECK } from '../types/signature.ts'
import type { ObjectType } from '../types/type.ts'
import { LibraryValue } from '../values/value.ts'
import { type Overload, overload } from './overload.ts'

/** What an expression asks whether it is allowed. */
export type AccessQuestion =
  | ({ readonly is: 'resource'; readonly verb: string } & ResourcePlace)
  | { readonly is: 'path'; readonly verb: string; readonly path: string }

export interface ResourcePlace {
  readonly group: string
  readonly resource: string
  readonly subresource: string
  /** Empty for the cluster's own, and for all. */
  readonly namespace: string
  /** Empty for all. */
  readonly name: string
}

export interface AccessDecision {
  readonly allowed: boolean
  /** Why; empty when there is nothing to say. */
  readonly reason: string
  /** What kept it from being decided. @default nothing */
  readonly error?: string
}

/** Who is asked by `authorizer`, on behalf of one user. */
export interface CelAuthorizer {
  decide(question: AccessQuestion): AccessDecision
  /** The same on behalf of a ServiceAccount. */
  serviceAccount(namespace: string, name: string): CelAuthorizer
}

/** `authorizer`: a value of the type {@link AUTHORIZER}. */
export const celAuthorizer = (authorizer: CelAuthorizer): LibraryValue => new Step(AUTHORIZER, authorizer)

/** `authorizer.requestResource`: a value of the type {@link RESOURCE_CHECK}. */
export const requestResourceCheck = (authorizer: CelAuthorizer, place: ResourcePlace): LibraryValue =>
  new Step(RESOURCE_CHECK, { authorizer, place })

/** A question that is not yet complete, or its answer. */
class Step<T> extends LibraryValue {
  readonly type: ObjectType
  readonly value: T
  constructor(type: ObjectType, value: T) {
    super()
    this.type = type
    this.value = value
  }
  // No expression can compare them: that no overload takes them is what kube-apiserver says too.
  equals(other: LibraryValue): boolean {
    return other === this
  }
}

type OnPath = Step<{ readonly authorizer: CelAuthorizer; readonly path: string }>
type OnGroup = Step<{ readonly authorizer: CelAuthorizer; readonly group: string }>
type OnResource = Step<{ readonly authorizer: CelAuthorizer; readonly place: ResourcePlace }>

/** `authorizer.group('apps').resource('deployments').namespace('x').check('create').allowed()`. */
export function authorizationLibrary(): Overload[] {
  return [...questions(), ...answers()]
}

function questions(): Overload[] {
  const at =
    (part: (text: string) => Partial<ResourcePlace>) =>
    ({ value: { authorizer, place } }: OnResource, text: string) =>
      new Step(RESOURCE_CHECK, { authorizer, place: { ...place, ...part(text) } })
  return [
    overload('authorizer.path(string): pathcheck', ({ value }: Step<CelAuthorizer>, path: string) => {
      if (path.trim() === '') throw new CelEvaluationError('path must not be empty')
      return new Step(PATH_CHECK, { authorizer: value, path })
    }),
    overload(
      'authorizer.group(string): groupcheck',
      ({ value }: Step<CelAuthorizer>, group: string) => new Step(GROUP_CHECK, { authorizer: value, group }),
    ),
    overload('authorizer.serviceAccount(string, string): authorizer', serviceAccount),
    overload('groupcheck.resource(string): resourcecheck', ({ value: { authorizer, group } }: OnGroup, resource: string) => {
      if (resource.trim() === '') throw new CelEvaluationError('resource must not be empty')
      return new Step(RESOURCE_CHECK, { authorizer, place: { group, resource, subresource: '', namespace: '', name: '' } })
    }),
    overload(
      'resourcecheck.subresource(string): resourcecheck',
      at((subresource) => ({ subresource })),
    ),
    overload(
      'resourcecheck.namespace(string): resourcecheck',
      at((namespace) => ({ namespace })),
    ),
    overload(
      'resourcecheck.name(string): resourcecheck',
      at((name) => ({ name })),
    ),
    // RBAC knows no selectors: who may list a part may list all.
    overload(
      'resourcecheck.fieldSelector(string): resourcecheck',
      at(() => ({})),
    ),
    overload(
      'resourcecheck.labelSelector(string): resourcecheck',
      at(() => ({})),
    ),
  ]
}

function answers(): Overload[] {
  return [
    overload(
      'pathcheck.check(string): decision',
      ({ value: { authorizer, path } }: OnPath, verb: string) => new Step(DECISION, authorizer.decide({ is: 'path', verb, path })),
    ),
    overload(
      'resourcecheck.check(string): decision',
      ({ value: { authorizer, place } }: OnResource, verb: string) =>
        new Step(DECISION, authorizer.decide({ is: 'resource', verb, ...place })),
    ),
    overload('decision.allowed(): bool', ({ value }: Step<AccessDecision>) => value.allowed),
    overload('decision.reason(): string', ({ value }: Step<AccessDecision>) => value.reason),
    overload('decision.errored(): bool', ({ value }: Step<AccessDecision>) => value.error !== undefined),
    overload('decision.error(): string', ({ value }: Step<AccessDecision>) => value.error ?? ''),
  ]
}

const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

function serviceAccount({ value }: Step<CelAuthorizer>, namespace: string, name: string): LibraryValue {
  if (!SUBDOMAIN.test(name)) throw new CelEvaluationError('Invalid service account name')
  if (!LABEL.test(namespace)) throw new CelEvaluationError('Invalid service account namespace')
  return celAuthorizer(value.serviceAccount(namespace, name))
}
