import { Delayed } from '../delayed.ts'
import { parsePolicy } from '../policy/document.ts'
import { ApiError } from '../protocol/api-error.ts'
import { encoded } from '../protocol/request.ts'
import { type Content, element, leaf, optional } from '../protocol/xml.ts'
import type { Account } from './account.ts'
import type { ActionContext, IamAction } from './action.ts'
import type { Role } from './entities.ts'
import { type Parameters, page, tagList, timestamp, validationError } from './parameters.ts'
import { byName, conflict } from './users.ts'

const resource = ({ account, parameters }: ActionContext) => {
  const name = parameters.optional('RoleName') ?? ''
  return account.arn('role', account.roles.get(name) ?? { path: parameters.optional('Path') ?? '/', name })
}

export const ROLE_ACTIONS: Readonly<Record<string, IamAction>> = {
  CreateRole: {
    write: true,
    resource,
    run({ account, parameters }) {
      const name = parameters.name('RoleName', 64)
      const path = parameters.path()
      const trust = trustPolicy(parameters, 'AssumeRolePolicyDocument')
      const longest = Number(parameters.optional('MaxSessionDuration') ?? '3600')
      if (!(longest >= 3600 && longest <= 43_200)) throw validationError('MaxSessionDuration must be between 3600 and 43200')
      if (account.roles.has(name)) throw new ApiError('EntityAlreadyExists', 409, `Role with name ${name} already exists.`)
      const role: Role = {
        ...account.newborn(name, path, 'AROA'),
        ...{ tags: new Map(parameters.tags()), inline: new Map<string, string>(), attached: new Set<string>() },
        ...{ trust, description: parameters.optional('Description') ?? '', longestSession: longest },
        rights: new Delayed<readonly string[]>([]),
      }
      account.roles.set(name, role)
      return [element('Role', description(account, role))]
    },
  },
  GetRole: {
    write: false,
    resource,
    run: ({ account, parameters }) => [element('Role', description(account, account.role(parameters.required('RoleName'))))],
  },
  ListRoles: {
    write: false,
    run({ account, parameters, pageSize }) {
      const prefix = parameters.optional('PathPrefix') ?? '/'
      const roles = account.listed(account.roles.values()).filter(({ path }) => path.startsWith(prefix))
      return page(byName(roles), parameters, pageSize, 'Roles', (role) => description(account, role))
    },
  },
  UpdateAssumeRolePolicy: {
    write: true,
    resource,
    run({ account, parameters }) {
      account.role(parameters.required('RoleName')).trust = trustPolicy(parameters, 'PolicyDocument')
      return undefined
    },
  },
  DeleteRole: {
    write: true,
    resource,
    run({ account, parameters }) {
      const role = account.role(parameters.required('RoleName'))
      conflict(role.inline.size > 0, 'policies')
      conflict(role.attached.size > 0, 'policies', 'Cannot delete entity, must detach all policies first.')
      account.roles.delete(role.name)
      return undefined
    },
  },
}

function trustPolicy(parameters: Parameters, name: string): string {
  const document = parameters.required(name)
  try {
    parsePolicy(document, 'trust')
    return document
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new ApiError('MalformedPolicyDocument', 400, error.message)
  }
}

function description(account: Account, role: Role): Content {
  const { path, name, id, createdAt, trust, longestSession } = role
  const fields = [
    leaf('Path', path),
    leaf('RoleName', name),
    leaf('RoleId', id),
    leaf('Arn', account.arn('role', role)),
    leaf('CreateDate', timestamp(createdAt)),
  ]
  const rest = [
    leaf('AssumeRolePolicyDocument', encoded(trust)),
    leaf('MaxSessionDuration', longestSession),
    optional('Description', role.description || undefined),
  ]
  return [...fields, ...rest, tagList(role.tags)].flatMap((each) => each ?? [])
}
