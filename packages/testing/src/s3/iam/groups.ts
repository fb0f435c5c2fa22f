import { ApiError } from '../protocol/api-error.ts'
import { type Content, element, leaf } from '../protocol/xml.ts'
import type { Account } from './account.ts'
import type { ActionContext, IamAction } from './action.ts'
import type { Group } from './entities.ts'
import { page, timestamp } from './parameters.ts'
import { byName, conflict } from './users.ts'

const resource = ({ account, parameters }: ActionContext) => {
  const name = parameters.optional('GroupName') ?? ''
  return account.arn('group', account.groups.get(name) ?? { path: parameters.optional('Path') ?? '/', name })
}

export const GROUP_ACTIONS: Readonly<Record<string, IamAction>> = {
  CreateGroup: {
    write: true,
    resource,
    run({ account, parameters, limits }) {
      const name = parameters.name('GroupName', 128)
      const path = parameters.path()
      if (account.groups.has(name)) throw new ApiError('EntityAlreadyExists', 409, `Group with name ${name} already exists.`)
      if (account.groups.size >= limits.groups)
        throw new ApiError('LimitExceeded', 409, `Cannot exceed quota for GroupsPerAccount: ${limits.groups}`)
      const group: Group = { ...account.newborn(name, path, 'AGPA'), inline: new Map(), attached: new Set() }
      account.groups.set(name, group)
      return [element('Group', description(account, group))]
    },
  },
  GetGroup: {
    write: false,
    resource,
    run({ account, parameters, pageSize }) {
      const group = account.group(parameters.required('GroupName'))
      const members = byName([...account.users.values()].filter(({ groups }) => groups.has(group.name)))
      const users = page(members, parameters, pageSize, 'Users', (user) => [
        leaf('Path', user.path),
        leaf('UserName', user.name),
        leaf('UserId', user.id),
        leaf('Arn', account.arn('user', user)),
        leaf('CreateDate', timestamp(user.createdAt)),
      ])
      return [element('Group', description(account, group)), ...users]
    },
  },
  ListGroups: {
    write: false,
    run({ account, parameters, pageSize }) {
      const prefix = parameters.optional('PathPrefix') ?? '/'
      const groups = account.listed(account.groups.values()).filter(({ path }) => path.startsWith(prefix))
      return page(byName(groups), parameters, pageSize, 'Groups', (group) => description(account, group))
    },
  },
  UpdateGroup: {
    write: true,
    resource,
    run({ account, parameters }) {
      const group = account.group(parameters.required('GroupName'))
      const before = group.name
      const name = parameters.optional('NewGroupName') === undefined ? before : parameters.name('NewGroupName', 128)
      if (name !== before && account.groups.has(name))
        throw new ApiError('EntityAlreadyExists', 409, `Group with name ${name} already exists.`)
      account.groups.delete(before)
      group.name = name
      if (parameters.optional('NewPath') !== undefined) group.path = parameters.path('NewPath')
      account.groups.set(name, group)
      for (const { groups } of account.users.values()) if (groups.delete(before)) groups.add(name)
      return undefined
    },
  },
  DeleteGroup: {
    write: true,
    resource,
    run({ account, parameters }) {
      const group = account.group(parameters.required('GroupName'))
      conflict(
        [...account.users.values()].some(({ groups }) => groups.has(group.name)),
        'users',
        'Cannot delete entity, must remove users from group first.',
      )
      conflict(group.inline.size > 0, 'policies')
      conflict(group.attached.size > 0, 'policies', 'Cannot delete entity, must detach all policies first.')
      account.groups.delete(group.name)
      return undefined
    },
  },
  AddUserToGroup: {
    write: true,
    resource,
    run({ account, parameters, limits }) {
      const { name } = account.group(parameters.required('GroupName'))
      const { groups } = account.user(parameters.required('UserName'))
      if (!groups.has(name) && groups.size >= limits.groupsPerUser)
        throw new ApiError('LimitExceeded', 409, `Cannot exceed quota for GroupsPerUser: ${limits.groupsPerUser}`)
      groups.add(name)
      account.rightsChanged()
      return undefined
    },
  },
  RemoveUserFromGroup: {
    write: true,
    resource,
    run({ account, parameters }) {
      const { name } = account.group(parameters.required('GroupName'))
      account.user(parameters.required('UserName')).groups.delete(name)
      account.rightsChanged()
      return undefined
    },
  },
  ListGroupsForUser: {
    write: false,
    run({ account, parameters, pageSize }) {
      const { groups } = account.user(parameters.required('UserName'))
      const shown = [...groups].sort().flatMap((name) => account.groups.get(name) ?? [])
      return page(shown, parameters, pageSize, 'Groups', (group) => description(account, group))
    },
  },
}

function description(account: Account, group: Group): Content {
  const { path, name, id, createdAt } = group
  return [
    leaf('Path', path),
    leaf('GroupName', name),
    leaf('GroupId', id),
    leaf('Arn', account.arn('group', group)),
    leaf('CreateDate', timestamp(createdAt)),
  ]
}
