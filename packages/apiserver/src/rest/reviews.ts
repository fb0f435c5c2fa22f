import { formatTime } from '@kubewright/core'
import type { Authenticator } from '../authn/authenticator.ts'
import type { User } from '../authn/user.ts'
import { type Fields, fieldsAt, isFields } from '../registry/fields.ts'
import type { ActionResource } from '../registry/resource.ts'
import { apiVersionOfResource } from '../registry/resource.ts'
import { methodNotAllowed } from '../status/index.ts'
import { readBody } from './body.ts'
import { type Answer, type ApiRequest, jsonAnswer } from './exchange.ts'

/** Questions about identities and rights, which are answered and not kept. Authorization is AlwaysAllow, and the answers say just that. */
export async function review(resource: ActionResource, request: ApiRequest, authenticator: Authenticator, now: number): Promise<Answer> {
  if (request.method !== 'POST') throw methodNotAllowed()
  const { value } = await readBody(request, resource.kind)
  const asked: Fields = isFields(value) ? value : {}
  const status = STATUS_OF[resource.action]!(asked, request.user, authenticator)
  const metadata = {
    ...fieldsAt({ ...asked }, 'metadata'),
    ...(resource.action === 'SelfSubjectReview' ? { creationTimestamp: formatTime(now) } : {}),
  }
  return jsonAnswer(201, { ...asked, kind: resource.kind, apiVersion: apiVersionOfResource(resource), metadata, status })
}

type Answerer = (asked: Fields, user: User, authenticator: Authenticator) => object

const allowed: Answerer = () => ({ allowed: true, reason: 'authorization mode AlwaysAllow' })

const STATUS_OF: Readonly<Record<string, Answerer>> = {
  SelfSubjectReview: (_asked, user) => ({ userInfo: userInfo(user) }),
  TokenReview(asked, _user, authenticator) {
    const { token, audiences } = fieldsAt({ ...asked }, 'spec')
    const user = typeof token === 'string' ? authenticator.ofToken(token) : undefined
    if (user === undefined) return { user: {}, error: 'invalid bearer token' }
    return { authenticated: true, user: userInfo(user), ...(Array.isArray(audiences) ? { audiences } : {}) }
  },
  SelfSubjectAccessReview: allowed,
  SubjectAccessReview: allowed,
  LocalSubjectAccessReview: allowed,
  SelfSubjectRulesReview: () => ({
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  }),
}

function userInfo({ name, uid, groups, extra }: User): object {
  return { username: name, ...(uid ? { uid } : {}), groups, ...(extra === undefined ? {} : { extra }) }
}
