import { parsePolicy } from '../policy/document.ts'
import { ApiError } from '../protocol/api-error.ts'
import { encoded } from '../protocol/request.ts'
import { leaf } from '../protocol/xml.ts'
import type { ActionContext, IamAction } from './action.ts'
import type { PolicyHolder } from './entities.ts'
import { page } from './parameters.ts'

/** Inline policies and attachments are the same for users, groups and roles but for a word. */
export function holderActions(
  kind: 'User' | 'Group' | 'Role',
  longest: (context: ActionContext) => number,
): Readonly<Record<string, IamAction>> {
  const named = `${kind}Name`
  const holder = ({ account, parameters }: ActionContext): PolicyHolder & { readonly name: string; readonly path: string } => {
    const name = parameters.required(named)
    return kind === 'User' ? account.user(name) : kind === 'Group' ? account.group(name) : account.role(name)
  }
  const resource = ({ account, parameters }: ActionContext) => {
    const name = parameters.optional(named) ?? ''
    const lower = kind.toLowerCase() as 'user' | 'group' | 'role'
    return account.arn(lower, account[`${lower}s`].get(name) ?? { path: '/', name })
  }
  const missing = (name: string) => new ApiError('NoSuchEntity', 404, `The ${kind.toLowerCase()} policy with name ${name} cannot be found.`)
  return {
    [`Put${kind}Policy`]: {
      write: true,
      resource,
      run(context) {
        const { account, parameters } = context
        const found = holder(context)
        const name = parameters.name('PolicyName', 128)
        const document = parameters.required('PolicyDocument')
        checkIdentityPolicy(document, context)
        const others = [...found.inline].filter(([each]) => each !== name).map(([, text]) => text)
        const most = longest(context)
        if ([...others, document].reduce((sum, text) => sum + text.replace(/\s/g, '').length, 0) > most) {
          throw new ApiError('LimitExceeded', 409, `Maximum policy size of ${most} bytes exceeded for ${kind.toLowerCase()} ${found.name}`)
        }
        found.inline.set(name, document)
        account.rightsChanged()
        return undefined
      },
    },
    [`Get${kind}Policy`]: {
      write: false,
      resource,
      run(context) {
        const found = holder(context)
        const name = context.parameters.required('PolicyName')
        const document = found.inline.get(name)
        if (document === undefined) throw missing(name)
        return [leaf(named, found.name), leaf('PolicyName', name), leaf('PolicyDocument', written(document, context))]
      },
    },
    [`Delete${kind}Policy`]: {
      write: true,
      resource,
      run(context) {
        const name = context.parameters.required('PolicyName')
        if (!holder(context).inline.delete(name) && context.dialect.iam.absentPolicyIsError) throw missing(name)
        context.account.rightsChanged()
        return undefined
      },
    },
    [`List${kind}Policies`]: {
      write: false,
      resource,
      run(context) {
        const names = [...holder(context).inline.keys()].sort()
        return page(names, context.parameters, context.pageSize, 'PolicyNames', (name) => name)
      },
    },
    [`Attach${kind}Policy`]: {
      write: true,
      resource,
      run(context) {
        const { account, parameters, limits } = context
        const found = holder(context)
        const { arn } = account.policy(parameters.required('PolicyArn'))
        if (!found.attached.has(arn) && found.attached.size >= limits.attachedPolicies) {
          throw new ApiError('LimitExceeded', 409, `Cannot exceed quota for PoliciesPer${kind}: ${limits.attachedPolicies}`)
        }
        found.attached.add(arn)
        account.rightsChanged()
        return undefined
      },
    },
    [`Detach${kind}Policy`]: {
      write: true,
      resource,
      run(context) {
        const arn = context.parameters.required('PolicyArn')
        if (!holder(context).attached.delete(arn)) throw new ApiError('NoSuchEntity', 404, `Policy ${arn} was not found.`)
        context.account.rightsChanged()
        return undefined
      },
    },
    [`ListAttached${kind}Policies`]: {
      write: false,
      resource,
      run(context) {
        const { account, parameters, pageSize } = context
        const attached = [...holder(context).attached].sort().flatMap((arn) => account.policies.get(arn) ?? [])
        const prefix = parameters.optional('PathPrefix') ?? '/'
        const shown = attached.filter(({ path }) => path.startsWith(prefix))
        return page(shown, parameters, pageSize, 'AttachedPolicies', ({ name, arn }) => [leaf('PolicyName', name), leaf('PolicyArn', arn)])
      },
    },
  }
}

/** @throws ApiError MalformedPolicyDocument */
export function checkIdentityPolicy(document: string, { dialect }: ActionContext): void {
  try {
    const { statements } = parsePolicy(document, 'identity', dialect.iam.leniency)
    if (!dialect.iam.denyInline && statements.some(({ effect }) => effect === 'Deny')) throw new SyntaxError('Deny effect not supported')
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new ApiError('MalformedPolicyDocument', 400, error.message)
  }
}

/** As it is read back: AWS encodes documents as if they stood in an address. */
export const written = (document: string, { dialect }: ActionContext) => (dialect.iam.encodesDocuments ? encoded(document) : document)
