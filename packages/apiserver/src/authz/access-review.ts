import type { StatusCause } from '@kubewright/core'
import type { User } from '../authn/user.ts'
import { type Fields, isFields, optionalFields } from '../registry/fields.ts'
import { invalid, invalidValue } from '../status/index.ts'
import type { Attributes } from './attributes.ts'
import type { Authorizer, RuleList } from './authorizer.ts'

/** The status of a review of `user`'s rights. @throws Refusal 422 when the question is not one */
export function reviewAccess(spec: Fields, user: User, authorizer: Authorizer): object {
  const causes = ambiguity(spec)
  if (causes.length > 0) throw refused(causes)
  const { allowed, reason } = authorizer.decide(attributesIn(spec, user))
  return { allowed, ...(reason === '' ? {} : { reason }) }
}

/** Whose rights a SubjectAccessReview asks about. @throws Refusal 422 when it says nobody */
export function subjectOf(spec: Fields): User {
  const name = text(spec['user'])
  const groups = Array.isArray(spec['groups']) ? spec['groups'].map(String) : []
  if (name === '' && groups.length === 0) throw refused([invalidValue('spec.user', '', 'at least one of user or group must be specified')])
  const extra = isFields(spec['extra']) ? (spec['extra'] as Record<string, readonly string[]>) : undefined
  return { name, groups, ...(text(spec['uid']) === '' ? {} : { uid: text(spec['uid']) }), ...(extra === undefined ? {} : { extra }) }
}

/** A LocalSubjectAccessReview asks about its own namespace alone, so that the right to ask can be given by namespace. @throws Refusal 422 */
export function requireLocal(spec: Fields, namespace: string): void {
  const path = optionalFields(spec, 'nonResourceAttributes')
  if (path !== undefined) throw refused([invalidValue('spec.nonResourceAttributes', shownPath(path), 'disallowed on this kind of request')])
  const asked = optionalFields(spec, 'resourceAttributes')
  if (asked !== undefined && text(asked['namespace']) !== namespace)
    throw refused([invalidValue('spec.resourceAttributes.namespace', text(asked['namespace']), 'must match metadata.namespace')])
}

/** The status of a SelfSubjectRulesReview. */
export function describeRules({ rules, errors }: RuleList): object {
  return {
    resourceRules: rules.flatMap(({ verbs, apiGroups, resources, resourceNames }) =>
      resources?.length ? [{ verbs, apiGroups: apiGroups ?? [], resources, ...(resourceNames?.length ? { resourceNames } : {}) }] : [],
    ),
    nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs }) => (nonResourceURLs?.length ? [{ verbs, nonResourceURLs }] : [])),
    incomplete: errors.length > 0,
    ...(errors.length === 0 ? {} : { evaluationError: errors.join(', ') }),
  }
}

function ambiguity(spec: Fields): readonly StatusCause[] {
  const resource = optionalFields(spec, 'resourceAttributes')
  const path = optionalFields(spec, 'nonResourceAttributes')
  if (resource !== undefined && path !== undefined)
    return [invalidValue('spec.nonResourceAttributes', shownPath(path), 'cannot be specified in combination with resourceAttributes')]
  if (resource === undefined && path === undefined)
    return [invalidValue('spec.resourceAttributes', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')]
  return []
}

function attributesIn(spec: Fields, user: User): Attributes {
  const path = optionalFields(spec, 'nonResourceAttributes')
  if (path !== undefined) return { is: 'path', user, verb: text(path['verb']), path: text(path['path']) }
  const asked = optionalFields(spec, 'resourceAttributes') ?? {}
  return {
    is: 'resource',
    user,
    verb: text(asked['verb']),
    group: text(asked['group']),
    version: text(asked['version']),
    resource: text(asked['resource']),
    subresource: text(asked['subresource']),
    namespace: text(asked['namespace']),
    name: text(asked['name']),
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** As the real server shows it: by the names of Go's fields. */
const shownPath = (path: Fields): object => ({ Path: text(path['path']), Verb: text(path['verb']) })

/** The real server leaves the kind out of these. */
const refused = (causes: readonly StatusCause[]): Error => invalid({ group: 'authorization.k8s.io', kind: '' }, '', causes)
