import type { Dialect } from '../dialect/dialect.ts'
import type { Limits } from '../limits.ts'
import type { Content } from '../protocol/xml.ts'
import type { Account } from './account.ts'
import type { AccessKey, Caller } from './entities.ts'
import type { Parameters } from './parameters.ts'

export interface ActionContext {
  readonly account: Account
  readonly caller: Caller
  readonly parameters: Parameters
  /** All keys of all accounts, by id. */
  readonly keys: Map<string, AccessKey>
  readonly limits: Limits
  readonly dialect: Dialect
  /** The largest page of a list. */
  readonly pageSize: number
  readonly accessKeyId: string | undefined
}

/** One action of IAM. */
export interface IamAction {
  readonly write: boolean
  /** ARN on which the right is asked for. @default `*` */
  readonly resource?: (context: ActionContext) => string
  /** What stands in the result; undefined for an answer without one. */
  readonly run: (context: ActionContext) => readonly Content[] | undefined
}

/** The user that is named, or the caller himself. */
export function userName({ parameters, caller }: ActionContext): string {
  const name = parameters.optional('UserName')
  if (name !== undefined) return name
  if (caller.is === 'user') return caller.user.name
  return caller.is === 'session' && caller.of.is === 'user' ? caller.of.user.name : ''
}

export function userArn(context: ActionContext): string {
  const name = userName(context)
  const { account } = context
  return account.arn('user', account.users.get(name) ?? { path: context.parameters.optional('Path') ?? '/', name })
}
