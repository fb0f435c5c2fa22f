import { ApiError } from '../protocol/api-error.ts'
import { element, leaf, optional } from '../protocol/xml.ts'
import { type ActionContext, type IamAction, userArn, userName } from './action.ts'
import type { AccessKey, User } from './entities.ts'
import { page, timestamp, validationError } from './parameters.ts'

export const KEY_ACTIONS: Readonly<Record<string, IamAction>> = {
  CreateAccessKey: {
    write: true,
    resource: userArn,
    run(context) {
      const { account, keys, limits } = context
      const user = account.user(userName(context))
      if (user.keys.length >= limits.accessKeys)
        throw new ApiError('LimitExceeded', 409, `Cannot exceed quota for AccessKeysPerUser: ${limits.accessKeys}`)
      const key = account.addKey(keys, user)
      const fields = [
        leaf('UserName', user.name),
        leaf('AccessKeyId', key.id),
        leaf('Status', key.status),
        leaf('SecretAccessKey', key.secret),
      ]
      return [element('AccessKey', ...fields, leaf('CreateDate', timestamp(key.createdAt)))]
    },
  },
  ListAccessKeys: {
    write: false,
    resource: userArn,
    run(context) {
      const { account, parameters, pageSize, dialect } = context
      const user = account.user(userName(context))
      return page(account.listed(user.keys), parameters, pageSize, 'AccessKeyMetadata', ({ id, status, createdAt }) => [
        leaf('UserName', user.name),
        leaf('AccessKeyId', id),
        leaf('Status', status),
        optional('CreateDate', dialect.iam.keyDates ? timestamp(createdAt) : undefined),
      ])
    },
  },
  UpdateAccessKey: {
    write: true,
    resource: userArn,
    run(context) {
      const { account, parameters } = context
      const status = parameters.required('Status')
      if (status !== 'Active' && status !== 'Inactive')
        throw validationError(
          "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]",
        )
      const { key } = ownKey(context)
      key.status = status
      key.known.set(status, account.now + account.delays.keys)
      return undefined
    },
  },
  DeleteAccessKey: {
    write: true,
    resource: userArn,
    run(context) {
      const { account } = context
      const { user, key } = ownKey(context)
      user.keys.splice(user.keys.indexOf(key), 1)
      key.known.set('absent', account.now + account.delays.keys)
      return undefined
    },
  },
  GetAccessKeyLastUsed: {
    write: false,
    run({ account, parameters, keys }) {
      const id = parameters.required('AccessKeyId')
      const key = keys.get(id)
      if (key?.accountId !== account.id || key.user?.keys.includes(key) === false)
        throw new ApiError('AccessDenied', 403, `The access key ${id} is not of this account`)
      const { lastUsed } = key
      const used = [leaf('ServiceName', lastUsed?.service ?? 'N/A'), leaf('Region', lastUsed?.region ?? 'N/A')]
      const date = optional('LastUsedDate', lastUsed === undefined ? undefined : timestamp(lastUsed.at))
      return [optional('UserName', key.user?.name), element('AccessKeyLastUsed', date, ...used)]
    },
  },
}

function ownKey(context: ActionContext): { readonly user: User; readonly key: AccessKey } {
  const user = context.account.user(userName(context))
  const id = context.parameters.required('AccessKeyId')
  const key = user.keys.find((each) => each.id === id)
  if (key === undefined) throw new ApiError('NoSuchEntity', 404, `The Access Key with id ${id} cannot be found.`)
  return { user, key }
}
