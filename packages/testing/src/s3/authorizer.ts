import type { Directory } from './directory.ts'
import type { Account } from './iam/account.ts'
import type { Caller } from './iam/entities.ts'
import type { Context } from './policy/conditions.ts'
import { type Leniency, type PolicyDocument, parsePolicy } from './policy/document.ts'
import { evaluate, type PrincipalNames, type Verdict } from './policy/evaluation.ts'

export interface AccessQuestion {
  readonly caller: Caller
  readonly action: string
  readonly resource: string
  /** Beside what is known of the caller. */
  readonly context: Context
  /** The policy of the bucket, and whose bucket it is. */
  readonly owner?: { readonly accountId: string; readonly policy: PolicyDocument | undefined; readonly bindsRoot: boolean }
}

/**
 * May he? Deny wins wherever it stands. In his own account either his own policies or the bucket's have to allow it, across accounts both; the root of an account
 * needs no policy in it.
 */
export function mayCall(directory: Directory, question: AccessQuestion): boolean {
  const { caller, action, resource, owner } = question
  const context = new Map([...callerContext(directory, caller), ...question.context])
  const names = callerNames(directory, caller, owner?.accountId)
  const asked = { action, resource, context, names }
  const byOwner: Verdict = owner?.policy === undefined ? 'none' : evaluate([owner.policy], asked)
  const own = caller.is === 'anonymous' || owner === undefined || owner.accountId === caller.accountId
  const isRoot = caller.is === 'root' || (caller.is === 'session' && caller.of.is === 'root')
  if (byOwner === 'deny' && !(isRoot && own && owner?.bindsRoot !== true)) return false
  if (caller.is === 'anonymous') return byOwner === 'allow'
  if (isRoot) return own || byOwner === 'allow'
  const now = directory.account(caller.accountId).now
  const ofCaller = evaluate(documents(rightsOf(caller).read(now)), asked)
  if (ofCaller === 'deny') return false
  if (caller.is === 'session' && caller.policy !== undefined && evaluate(documents([caller.policy]), asked) !== 'allow') return false
  return own ? ofCaller === 'allow' || byOwner === 'allow' : ofCaller === 'allow' && byOwner === 'allow'
}

/** What was let in when it was put is read forgivingly. */
const STORED: Leniency = {
  statementAsObject: true,
  emptyStatements: true,
  unknownOperators: true,
  booleansInConditions: true,
  versions: ['2008-10-17', undefined],
  missingPrincipal: true,
  principalInIdentity: true,
}

const documents = (texts: readonly string[]) => texts.map((text) => parsePolicy(text, 'identity', STORED))

export const storedBucketPolicy = (text: string): PolicyDocument => parsePolicy(text, 'resource', STORED)

function rightsOf(caller: Exclude<Caller, { readonly is: 'anonymous' | 'root' }>) {
  if (caller.is === 'user') return caller.user.rights
  if (caller.of.is === 'role') return caller.of.role.rights
  if (caller.of.is === 'user') return caller.of.user.rights
  throw new Error('the root has no policies')
}

function callerNames(directory: Directory, caller: Caller, owner: string | undefined): PrincipalNames {
  if (caller.is === 'anonymous') return { aws: [] }
  const account = directory.account(caller.accountId)
  const whole = [`arn:aws:iam::${account.id}:root`]
  const arn = account.callerArn(caller)
  if (caller.is === 'root') return { aws: whole, canonicalUser: account.canonicalId }
  const role = caller.is === 'session' && caller.of.is === 'role' ? [account.arn('role', caller.of.role)] : []
  const himself = [arn, uniqueId(account, caller), ...role]
  const aws = [...whole, ...himself]
  return { aws, granted: owner === caller.accountId ? himself : aws }
}

function uniqueId(account: Account, caller: Caller): string {
  if (caller.is === 'user') return caller.user.id
  if (caller.is === 'session' && caller.of.is === 'role') return `${caller.of.role.id}:${caller.of.name}`
  return caller.is === 'session' && caller.of.is === 'user' ? caller.of.user.id : account.id
}

export function callerIdentity(account: Account, caller: Caller) {
  return { userId: uniqueId(account, caller), arn: account.callerArn(caller), accountId: account.id }
}

function callerContext(directory: Directory, caller: Caller): Context {
  const context = new Map<string, readonly string[]>()
  if (caller.is === 'anonymous') return context.set('aws:principaltype', ['Anonymous'])
  const account = directory.account(caller.accountId)
  context.set('aws:principalarn', [
    caller.is === 'session' && caller.of.is === 'role' ? account.arn('role', caller.of.role) : account.callerArn(caller),
  ])
  // The second one is Wasabi's.
  context.set('aws:principalaccount', [account.id]).set('aws:accountid', [account.id])
  context.set('aws:userid', [uniqueId(account, caller)])
  const user = caller.is === 'user' ? caller.user : caller.is === 'session' && caller.of.is === 'user' ? caller.of.user : undefined
  if (user !== undefined) {
    context.set('aws:username', [user.name]).set('aws:principaltype', ['User'])
    for (const [key, value] of user.tags) context.set(`aws:principaltag/${key.toLowerCase()}`, [value])
  } else context.set('aws:principaltype', [caller.is === 'root' ? 'Account' : 'AssumedRole'])
  return context
}
