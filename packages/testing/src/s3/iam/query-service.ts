import { mayCall } from '../authorizer.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { type Directory, inWordsOfIam } from '../directory.ts'
import type { Limits } from '../limits.ts'
import type { Context } from '../policy/conditions.ts'
import { ApiError } from '../protocol/api-error.ts'
import type { ApiAnswer, ApiRequest } from '../protocol/request.ts'
import { checkSignature, checkTime, type Signature, signatureOf } from '../protocol/signature.ts'
import { type Content, element, leaf, writeXml } from '../protocol/xml.ts'
import type { PreparedCall, ReceivedCall } from '../service.ts'
import { type ActionContext, userName } from './action.ts'
import { IAM_ACTIONS } from './actions.ts'
import type { Caller } from './entities.ts'
import { Parameters } from './parameters.ts'
import { STS_ACTIONS, type WebIdentity } from './sts.ts'

export interface QueryServiceOptions {
  readonly directory: Directory
  readonly dialect: Dialect
  readonly limits: Limits
  readonly pageSize: number
  readonly now: () => number
  readonly webIdentity: (token: string) => WebIdentity | undefined
}

const NAMESPACES = { iam: 'https://iam.amazonaws.com/doc/2010-05-08/', sts: 'https://sts.amazonaws.com/doc/2011-06-15/' } as const

/** Parameters that the journal keeps: what a call is about. Documents and tokens are not among them. */
const TOLD =
  /^(?:UserName|NewUserName|GroupName|RoleName|RoleArn|PolicyName|PolicyArn|VersionId|AccessKeyId|Status|Path|PathPrefix|Scope|Marker|MaxItems|SetAsDefault)$/

/** IAM and STS: actions with parameters, in the query or in a form. */
export class QueryService {
  readonly #options: QueryServiceOptions

  constructor(options: QueryServiceOptions) {
    this.#options = options
  }

  /** @returns undefined for what is no call of this protocol */
  prepare({ request, requestId }: ReceivedCall): PreparedCall | undefined {
    const values = parametersOf(request)
    const action = values?.get('Action')
    if (values === undefined || action === undefined) return undefined
    const service = serviceOf(request, action)
    const known = service === 'iam' ? IAM_ACTIONS[action] : STS_ACTIONS[action]
    const parameters = Object.fromEntries([...values].filter(([name]) => TOLD.test(name)))
    return {
      ...{ service, operation: action, write: known?.write ?? true, bucket: undefined, key: undefined, parameters },
      run: () => this.#run(service, action, new Parameters(values), request, requestId),
      refuse: (code, status, message) =>
        refusal(service, requestId, code, status, message, this.#options.dialect.iam.bareRefusals && status === 403),
    }
  }

  #run(service: 'iam' | 'sts', action: string, parameters: Parameters, request: ApiRequest, requestId: string): ApiAnswer {
    const { dialect, directory } = this.#options
    if (dialect.iam.is === 'none') throw new ApiError('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.')
    const { caller, signature } = this.#authenticate(request, service === 'sts' && STS_ACTIONS[action]?.anonymous === true)
    const content =
      service === 'iam' ? this.#iam(action, parameters, caller, signature, request) : this.#sts(action, parameters, caller, request)
    if (signature !== undefined) directory.used(signature)
    const result = content === undefined ? undefined : element(`${action}Result`, ...content)
    const metadata = element('ResponseMetadata', leaf('RequestId', requestId))
    return {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: writeXml(element(`${action}Response`, result, metadata), NAMESPACES[service]),
    }
  }

  #authenticate(request: ApiRequest, anonymous: boolean): { readonly caller: Caller; readonly signature: Signature | undefined } {
    try {
      const signature = signatureOf(request)
      if (signature === undefined) {
        if (!anonymous) throw new ApiError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token')
        return { caller: { is: 'anonymous' }, signature }
      }
      checkTime(signature, this.#options.now())
      const { caller, secret } = this.#options.directory.find(signature)
      checkSignature(request, signature, secret)
      return { caller, signature }
    } catch (error) {
      throw error instanceof ApiError ? inWordsOfIam(error) : error
    }
  }

  #iam(
    action: string,
    parameters: Parameters,
    caller: Caller,
    signature: Signature | undefined,
    request: ApiRequest,
  ): readonly Content[] | undefined {
    const { directory, dialect, limits, pageSize } = this.#options
    const known = IAM_ACTIONS[action]
    if (known === undefined || dialect.iam.unsupported.includes(action)) {
      throw new ApiError(
        dialect.iam.unknownAction.code,
        dialect.iam.unknownAction.status,
        `Could not find operation ${action} for version 2010-05-08`,
      )
    }
    if (caller.is === 'anonymous') throw new ApiError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token')
    const account = directory.account(caller.accountId)
    const context: ActionContext = {
      account,
      caller,
      parameters,
      keys: directory.keys,
      limits,
      dialect,
      pageSize,
      accessKeyId: signature?.accessKeyId,
    }
    const own =
      dialect.iam.ownKeys &&
      /^(?:Create|List|Delete|Update)AccessKeys?$/.test(action) &&
      caller.is === 'user' &&
      userName(context) === caller.user.name
    if (!own) this.#authorize(caller, `iam:${action}`, known.resource?.(context) ?? '*', contextOf(request, parameters))
    return known.run(context)
  }

  #sts(action: string, parameters: Parameters, caller: Caller, request: ApiRequest): readonly Content[] {
    const { directory, dialect, webIdentity } = this.#options
    const known = STS_ACTIONS[action]
    if (known === undefined || !dialect.sts.actions.includes(action))
      throw new ApiError('InvalidAction', 400, `Could not find operation ${action} for version 2011-06-15`)
    const allowed = (wanted: string, resource: string) =>
      mayCall(directory, { caller, action: wanted, resource, context: contextOf(request, parameters) })
    return known.run({ directory, caller, parameters, webIdentity, allowed })
  }

  #authorize(caller: Caller, action: string, resource: string, context: Context): void {
    const { directory } = this.#options
    if (caller.is === 'anonymous' || mayCall(directory, { caller, action, resource, context })) return
    const arn = directory.account(caller.accountId).callerArn(caller)
    throw new ApiError(
      'AccessDenied',
      403,
      `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    )
  }
}

function parametersOf({ method, rawPath, query, headers, body }: ApiRequest): ReadonlyMap<string, string> | undefined {
  if (rawPath !== '/') return undefined
  if (method === 'GET') return query.has('Action') ? query : undefined
  const type = headers['content-type'] ?? ''
  if (method !== 'POST' || (!type.startsWith('application/x-www-form-urlencoded') && !query.has('Action'))) return undefined
  return new Map([...query, ...new URLSearchParams(body.toString('utf8'))])
}

/** By the scope of the signature; what is not signed, by its action. */
function serviceOf(request: ApiRequest, action: string): 'iam' | 'sts' {
  const scope = /\/(iam|sts)\/aws4_request/.exec(request.headers['authorization'] ?? request.query.get('X-Amz-Credential') ?? '')?.[1]
  if (scope !== undefined) return scope as 'iam' | 'sts'
  return Object.hasOwn(STS_ACTIONS, action) ? 'sts' : 'iam'
}

function contextOf(request: ApiRequest, parameters: Parameters): Context {
  const context = new Map([
    ['aws:sourceip', [request.remoteAddress]],
    ['aws:securetransport', [String(request.secure)]],
  ])
  const arn = parameters.optional('PolicyArn')
  return arn === undefined ? context : context.set('iam:policyarn', [arn])
}

function refusal(service: 'iam' | 'sts', requestId: string, code: string, status: number, message: string, bare: boolean): ApiAnswer {
  if (bare)
    return {
      status,
      headers: { 'content-type': 'text/xml' },
      body: writeXml(element('Error', leaf('Code', code), leaf('Message', message), leaf('RequestId', requestId))),
    }
  const type = leaf('Type', status >= 500 ? 'Receiver' : 'Sender')
  const body = writeXml(
    element('ErrorResponse', element('Error', type, leaf('Code', code), leaf('Message', message)), leaf('RequestId', requestId)),
    NAMESPACES[service],
  )
  return { status, headers: { 'content-type': 'text/xml' }, body }
}
