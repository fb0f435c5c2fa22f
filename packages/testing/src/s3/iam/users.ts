import { Delayed } from '../delayed.ts'
import { ApiError } from '../protocol/api-error.ts'
import { type Content, element, leaf } from '../protocol/xml.ts'
import type { Account } from './account.ts'
import { type IamAction, userArn, userName } from './action.ts'
import type { User } from './entities.ts'
import { page, tagList, timestamp } from './parameters.ts'

export const USER_ACTIONS: Readonly<Record<string, IamAction>> = {
  CreateUser: {
    write: true,
    resource: userArn,
    run({ account, parameters, dialect, limits }) {
      const name = parameters.name('UserName', 64)
      const path = dialect.iam.creationPathsAndTags ? parameters.path() : '/'
      if ([...account.users.keys()].some((each) => each.toLowerCase() === name.toLowerCase()))
        throw new ApiError('EntityAlreadyExists', 409, `User with name ${name} already exists.`)
      if (account.users.size >= limits.users)
        throw new ApiError('LimitExceeded', 409, `Cannot exceed quota for UsersPerAccount: ${limits.users}`)
      const given = parameters.tags()
      const tags = new Map(dialect.iam.creationPathsAndTags && dialect.iam.tags ? given : [])
      const user: User = {
        ...account.newborn(name, path, 'AIDA'),
        ...{ tags, keys: [], groups: new Set<string>(), inline: new Map<string, string>(), attached: new Set<string>() },
        loginProfile: undefined,
        rights: new Delayed<readonly string[]>([]),
      }
      account.users.set(name, user)
      return [element('User', ...description(account, user))]
    },
  },
  GetUser: {
    write: false,
    resource: userArn,
    run(context) {
      const { account, caller } = context
      const name = userName(context)
      if (name === '' && caller.is !== 'anonymous') {
        const root = [
          leaf('UserName', account.name),
          leaf('UserId', account.id),
          leaf('Arn', account.callerArn(caller)),
          leaf('CreateDate', timestamp(0)),
        ]
        return [element('User', leaf('Path', '/'), ...root)]
      }
      return [element('User', ...description(account, account.user(name)))]
    },
  },
  ListUsers: {
    write: false,
    run({ account, parameters, pageSize, dialect }) {
      const prefix = dialect.iam.creationPathsAndTags ? (parameters.optional('PathPrefix') ?? '/') : '/'
      const users = account.listed(account.users.values()).filter(({ path }) => path.startsWith(prefix))
      return page(byName(users), parameters, pageSize, 'Users', (user) => description(account, user, { tags: false }))
    },
  },
  UpdateUser: {
    write: true,
    resource: userArn,
    run({ account, parameters }) {
      const user = account.user(parameters.required('UserName'))
      const name = parameters.optional('NewUserName') === undefined ? user.name : parameters.name('NewUserName', 64)
      if (name !== user.name && account.users.has(name))
        throw new ApiError('EntityAlreadyExists', 409, `User with name ${name} already exists.`)
      account.users.delete(user.name)
      user.name = name
      if (parameters.optional('NewPath') !== undefined) user.path = parameters.path('NewPath')
      account.users.set(name, user)
      return undefined
    },
  },
  DeleteUser: {
    write: true,
    resource: userArn,
    run({ account, parameters, dialect }) {
      const user = account.user(parameters.required('UserName'))
      if (!dialect.iam.deleteUserCascades) {
        conflict(user.keys.length > 0, 'access keys')
        conflict(user.inline.size > 0, 'policies')
        conflict(user.attached.size > 0, 'policies', 'Cannot delete entity, must detach all policies first.')
        conflict(user.groups.size > 0, 'groups', 'Cannot delete entity, must remove users from group first.')
        conflict(user.loginProfile !== undefined, 'login profile')
      }
      for (const key of user.keys) key.known.set('absent', account.now + account.delays.keys)
      account.users.delete(user.name)
      return undefined
    },
  },
  TagUser: {
    write: true,
    resource: userArn,
    run({ account, parameters, limits }) {
      const user = account.user(parameters.required('UserName'))
      const merged = new Map([...user.tags, ...parameters.tags()])
      if (merged.size > limits.tags) throw new ApiError('LimitExceeded', 409, 'The number of tags has reached the maximum limit.')
      for (const [key, value] of merged) user.tags.set(key, value)
      return undefined
    },
  },
  UntagUser: {
    write: true,
    resource: userArn,
    run({ account, parameters }) {
      const user = account.user(parameters.required('UserName'))
      for (const key of parameters.list('TagKeys')) user.tags.delete(key)
      return undefined
    },
  },
  ListUserTags: {
    write: false,
    resource: userArn,
    run({ account, parameters, pageSize }) {
      const tags = [...account.user(parameters.required('UserName')).tags]
      return page(tags, parameters, pageSize, 'Tags', ([key, value]) => [leaf('Key', key), leaf('Value', value)])
    },
  },
  ListMFADevices: emptyList('MFADevices'),
  ListSSHPublicKeys: emptyList('SSHPublicKeys'),
  ListSigningCertificates: emptyList('Certificates'),
  ListServiceSpecificCredentials: emptyList('ServiceSpecificCredentials'),
  CreateLoginProfile: {
    write: true,
    resource: userArn,
    run({ account, parameters }) {
      const user = account.user(parameters.required('UserName'))
      parameters.required('Password')
      if (user.loginProfile !== undefined)
        throw new ApiError('EntityAlreadyExists', 409, `Login Profile for user ${user.name} already exists.`)
      user.loginProfile = account.now
      return [loginProfile(user)]
    },
  },
  GetLoginProfile: {
    write: false,
    resource: userArn,
    run: ({ account, parameters }) => [loginProfile(account.user(parameters.required('UserName')))],
  },
  DeleteLoginProfile: {
    write: true,
    resource: userArn,
    run({ account, parameters }) {
      const user = account.user(parameters.required('UserName'))
      loginProfile(user)
      user.loginProfile = undefined
      return undefined
    },
  },
}

function loginProfile(user: User): Content {
  if (user.loginProfile === undefined) throw new ApiError('NoSuchEntity', 404, `Login Profile for User ${user.name} cannot be found.`)
  return element(
    'LoginProfile',
    leaf('UserName', user.name),
    leaf('CreateDate', timestamp(user.loginProfile)),
    leaf('PasswordResetRequired', false),
  )
}

function emptyList(name: string): IamAction {
  return {
    write: false,
    resource: userArn,
    run(context) {
      const named = userName(context)
      if (named !== '') context.account.user(named)
      return [leaf('IsTruncated', false), element(name)]
    },
  }
}

function description(account: Account, user: User, { tags = true } = {}): readonly Content[] {
  const { path, name, id, createdAt } = user
  const fields = [
    leaf('Path', path),
    leaf('UserName', name),
    leaf('UserId', id),
    leaf('Arn', account.arn('user', user)),
    leaf('CreateDate', timestamp(createdAt)),
  ]
  return [...fields, tags ? tagList(user.tags) : undefined]
}

export function conflict(is: boolean, what: string, message = `Cannot delete entity, must delete ${what} first.`): void {
  if (is) throw new ApiError('DeleteConflict', 409, message)
}

export const byName = <T extends { readonly name: string }>(entities: readonly T[]): readonly T[] =>
  entities.toSorted((a, b) => (a.name < b.name ? -1 : 1))
