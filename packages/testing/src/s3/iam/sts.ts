import { callerIdentity } from '../authorizer.ts'
import type { Directory } from '../directory.ts'
import { parsePolicy } from '../policy/document.ts'
import { evaluate, type PrincipalNames } from '../policy/evaluation.ts'
import { ApiError } from '../protocol/api-error.ts'
import { type Content, element, leaf } from '../protocol/xml.ts'
import type { Caller, Role } from './entities.ts'
import { type Parameters, timestamp, validationError } from './parameters.ts'

/** What a token of an identity provider says, after its signature was checked. */
export interface WebIdentity {
  /** Without `https://`, as condition keys name it. */
  readonly issuer: string
  readonly subject: string
  readonly audience: string
}

export interface StsContext {
  readonly directory: Directory
  readonly caller: Caller
  readonly parameters: Parameters
  readonly webIdentity: (token: string) => WebIdentity | undefined
  /** May the caller do this to this resource, by his own policies. */
  readonly allowed: (action: string, resource: string) => boolean
}

export interface StsAction {
  readonly write: boolean
  readonly anonymous: boolean
  readonly run: (context: StsContext) => readonly Content[]
}

export const STS_ACTIONS: Readonly<Record<string, StsAction>> = {
  GetCallerIdentity: {
    write: false,
    anonymous: false,
    run({ directory, caller }) {
      const { arn, userId, accountId } = callerIdentity(accountOf(directory, caller), caller)
      return [leaf('Arn', arn), leaf('UserId', userId), leaf('Account', accountId)]
    },
  },
  AssumeRole: {
    write: true,
    anonymous: false,
    run(context) {
      const { caller, directory } = context
      const account = accountOf(directory, caller)
      const wanted = named(context)
      const identity = callerIdentity(account, caller)
      const names: PrincipalNames = { aws: [`arn:aws:iam::${account.id}:root`, identity.arn, identity.userId] }
      // Trust in the whole account leaves it to the policies of the user; trust in him by name is enough.
      const byName = trusts(wanted.role, 'sts:AssumeRole', { ...names, granted: [identity.arn, identity.userId] }, contextOf(context))
      const byAccount = trusts(wanted.role, 'sts:AssumeRole', names, contextOf(context))
      const own = account.id === wanted.accountId
      const ownWill = context.allowed('sts:AssumeRole', wanted.arn)
      if (caller.is === 'root' || !((own && byName) || (byAccount && ownWill))) throw denied(identity.arn, 'sts:AssumeRole', wanted.arn)
      return assume(context, wanted)
    },
  },
  AssumeRoleWithWebIdentity: {
    write: true,
    anonymous: true,
    run(context) {
      const identity = context.webIdentity(context.parameters.required('WebIdentityToken'))
      if (identity === undefined)
        throw new ApiError('InvalidIdentityToken', 400, 'The web identity token that was passed could not be validated.')
      const { issuer, subject, audience } = identity
      const wanted = named(context)
      const names: PrincipalNames = { aws: [], federated: `arn:aws:iam::${wanted.accountId}:oidc-provider/${issuer}` }
      const claims = new Map([
        [`${issuer}:sub`.toLowerCase(), [subject]],
        [`${issuer}:aud`.toLowerCase(), [audience]],
      ])
      if (!trusts(wanted.role, 'sts:AssumeRoleWithWebIdentity', names, claims))
        throw new ApiError('AccessDenied', 403, 'Not authorized to perform sts:AssumeRoleWithWebIdentity')
      return [
        ...assume(context, wanted),
        leaf('SubjectFromWebIdentityToken', subject),
        leaf('Provider', issuer),
        leaf('Audience', audience),
      ]
    },
  },
  GetSessionToken: {
    write: true,
    anonymous: false,
    run({ directory, caller, parameters }) {
      if (caller.is === 'anonymous' || caller.is === 'session')
        throw new ApiError('AccessDenied', 403, 'Cannot call GetSessionToken with session credentials')
      const of = caller.is === 'user' ? ({ is: 'user', user: caller.user } as const) : ({ is: 'root' } as const)
      return [
        credentials(
          directory,
          { is: 'session', accountId: caller.accountId, of, policy: undefined },
          duration(parameters, 43_200, 129_600),
        ),
      ]
    },
  },
}

interface WantedRole {
  readonly role: Role
  readonly arn: string
  readonly accountId: string
}

/** A role that is not there and one that does not trust the caller look the same, so that nobody can ask which roles there are. */
function named({ parameters, directory, caller }: StsContext): WantedRole {
  const arn = parameters.required('RoleArn')
  const parts = /^arn:aws:iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(arn)
  if (parts === null) throw validationError(`${arn} is invalid`)
  const [, accountId = '', name = ''] = parts
  const account = directory.accounts.get(accountId)
  const role = account?.roles.get(name)
  if (account === undefined || role === undefined || account.arn('role', role) !== arn) {
    throw denied(caller.is === 'anonymous' ? 'anonymous' : accountOf(directory, caller).callerArn(caller), 'sts:AssumeRole', arn)
  }
  return { role, arn, accountId }
}

function trusts(role: Role, action: string, names: PrincipalNames, context: ReadonlyMap<string, readonly string[]>): boolean {
  return evaluate([parsePolicy(role.trust, 'trust')], { action, resource: '', context, names }) === 'allow'
}

function contextOf({ parameters }: StsContext): ReadonlyMap<string, readonly string[]> {
  const external = parameters.optional('ExternalId')
  return new Map(external === undefined ? [] : [['sts:externalid', [external]]])
}

function assume({ parameters, directory }: StsContext, { role, accountId }: WantedRole): readonly Content[] {
  const name = parameters.name('RoleSessionName', 64)
  const seconds = duration(parameters, 3600, role.longestSession)
  const policy = parameters.optional('Policy')
  const session = { is: 'session', accountId, of: { is: 'role', role, name }, policy } as const
  const account = directory.account(accountId)
  const assumed = element('AssumedRoleUser', leaf('Arn', account.callerArn(session)), leaf('AssumedRoleId', `${role.id}:${name}`))
  return [credentials(directory, session, seconds), assumed]
}

function duration(parameters: Parameters, usual: number, longest: number): number {
  const seconds = Number(parameters.optional('DurationSeconds') ?? usual)
  if (!(seconds >= 900 && seconds <= longest)) throw validationError(`The requested DurationSeconds must be between 900 and ${longest}`)
  return seconds
}

function credentials(directory: Directory, caller: Caller & { readonly is: 'session' }, seconds: number): Content {
  const { accessKeyId, secret, token, expires } = directory.openSession(caller, seconds)
  return element(
    'Credentials',
    leaf('AccessKeyId', accessKeyId),
    leaf('SecretAccessKey', secret),
    leaf('SessionToken', token),
    leaf('Expiration', timestamp(expires)),
  )
}

function accountOf(directory: Directory, caller: Caller) {
  if (caller.is === 'anonymous') throw new ApiError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token')
  return directory.account(caller.accountId)
}

const denied = (who: string, action: string, arn: string) =>
  new ApiError('AccessDenied', 403, `User: ${who} is not authorized to perform: ${action} on resource: ${arn}`)
