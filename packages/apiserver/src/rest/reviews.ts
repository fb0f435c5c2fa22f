import { formatTime } from '@kubewright/core'
import type { Authenticator } from '../authn/authenticator.ts'
import { type User, userInfo } from '../authn/user.ts'
import { describeRules, requireLocal, reviewAccess, subjectOf } from '../authz/access-review.ts'
import type { Authorizer } from '../authz/authorizer.ts'
import { type Fields, fieldsAt, isFields } from '../registry/fields.ts'
import type { ActionResource } from '../registry/resource.ts'
import { apiVersionOfResource } from '../registry/resource.ts'
import { badRequest, methodNotAllowed } from '../status/index.ts'
import { readBody } from './body.ts'
import { type Answer, type ApiRequest, jsonAnswer } from './exchange.ts'
import { negotiate, notAcceptable } from './media-type.ts'

/** Who is asked about identities and rights. */
export interface Judges {
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
}

/** Questions about identities and rights, which are answered and not kept. @throws Refusal */
export async function review(
  resource: ActionResource,
  request: ApiRequest,
  namespace: string | undefined,
  judges: Judges,
  now: number,
): Promise<Answer> {
  if (request.method !== 'POST') throw methodNotAllowed()
  requireWhole(request)
  const { value } = await readBody(request, resource.kind)
  const asked: Fields = isFields(value) ? value : {}
  const spec = fieldsAt({ ...asked }, 'spec')
  const status = STATUS_OF[resource.action]!({ spec, user: request.user, namespace, ...judges })
  const metadata = {
    ...fieldsAt({ ...asked }, 'metadata'),
    ...(namespace === undefined ? {} : { namespace }),
    ...(resource.action === 'SelfSubjectReview' ? { creationTimestamp: formatTime(now) } : {}),
  }
  return jsonAnswer(201, { ...asked, kind: resource.kind, apiVersion: apiVersionOfResource(resource), metadata, status })
}

/** What is not kept has no rows and no metadata that could be shown alone. @throws Refusal 406 */
function requireWhole({ headers }: ApiRequest): void {
  if (negotiate(headers['accept']).as !== 'object') throw notAcceptable()
}

interface Question extends Judges {
  readonly spec: Fields
  readonly user: User
  readonly namespace: string | undefined
}

const STATUS_OF: Readonly<Record<string, (question: Question) => object>> = {
  SelfSubjectReview: ({ user }) => ({ userInfo: userInfo(user) }),
  TokenReview({ spec: { token, audiences }, authenticator }) {
    if (typeof token !== 'string' || token === '') throw badRequest('token is required for TokenReview in authentication')
    const judged = authenticator.judge(token, Array.isArray(audiences) ? audiences.map(String) : [])
    if (judged.user === undefined) return { user: {}, error: judged.error }
    return { authenticated: true, user: userInfo(judged.user), audiences: judged.audiences }
  },
  SelfSubjectAccessReview: ({ spec, user, authorizer }) => reviewAccess(spec, user, authorizer),
  SubjectAccessReview: ({ spec, authorizer }) => reviewAccess(spec, subjectOf(spec), authorizer),
  LocalSubjectAccessReview({ spec, namespace, authorizer }) {
    requireLocal(spec, namespace ?? '')
    return reviewAccess(spec, subjectOf(spec), authorizer)
  },
  SelfSubjectRulesReview({ spec: { namespace }, user, authorizer }) {
    if (typeof namespace !== 'string' || namespace === '') throw badRequest('no namespace on request')
    return describeRules(authorizer.rules(user, namespace))
  },
}
