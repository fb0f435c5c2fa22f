import { ApiError } from '../protocol/api-error.ts'
import { element, leaf, optional } from '../protocol/xml.ts'
import type { Account } from './account.ts'
import type { ActionContext, IamAction } from './action.ts'
import type { ManagedPolicy, PolicyHolder, PolicyVersion } from './entities.ts'
import { checkIdentityPolicy, written } from './holder-policies.ts'
import { page, tagList, timestamp, validationError } from './parameters.ts'
import { byName, conflict } from './users.ts'

const resource = ({ parameters }: ActionContext) => parameters.optional('PolicyArn') ?? '*'

export const POLICY_ACTIONS: Readonly<Record<string, IamAction>> = {
  CreatePolicy: {
    write: true,
    resource: ({ account, parameters }) =>
      account.arn('policy', { path: parameters.optional('Path') ?? '/', name: parameters.optional('PolicyName') ?? '' }),
    run(context) {
      const { account, parameters, limits, dialect } = context
      const name = parameters.name('PolicyName', 128)
      const path = parameters.path()
      const document = checkedDocument(context)
      const own = [...account.policies.values()].filter(({ foreign }) => !foreign)
      if (own.some((each) => each.name.toLowerCase() === name.toLowerCase()))
        throw new ApiError('EntityAlreadyExists', 409, `A policy called ${name} already exists. Duplicate names are not allowed.`)
      if (own.length >= limits.policies)
        throw new ApiError('LimitExceeded', 409, `Cannot exceed quota for PoliciesPerAccount: ${limits.policies}`)
      const arn = account.arn('policy', { path, name })
      const policy: ManagedPolicy = {
        ...account.newborn(name, path, 'ANPA'),
        ...{
          arn,
          description: parameters.optional('Description') ?? '',
          tags: new Map(dialect.iam.tags ? parameters.tags() : []),
          foreign: false,
        },
        ...{ versions: [{ id: 'v1', document, createdAt: account.now }], defaultVersion: 'v1', lastVersion: 1, updatedAt: account.now },
      }
      account.policies.set(arn, policy)
      return [element('Policy', ...summary(account, policy), tagList(policy.tags))]
    },
  },
  GetPolicy: {
    write: false,
    resource,
    run({ account, parameters }) {
      const policy = account.policy(parameters.required('PolicyArn'))
      const description = optional('Description', policy.description === '' ? undefined : policy.description)
      return [element('Policy', ...summary(account, policy), description, tagList(policy.tags))]
    },
  },
  ListPolicies: {
    write: false,
    run({ account, parameters, pageSize }) {
      const scope = parameters.optional('Scope') ?? 'All'
      if (!['All', 'AWS', 'Local'].includes(scope))
        throw validationError(
          "1 validation error detected: Value at 'scope' failed to satisfy constraint: Member must satisfy enum value set: [All, AWS, Local]",
        )
      const prefix = parameters.optional('PathPrefix') ?? '/'
      const attachedOnly = parameters.optional('OnlyAttached') === 'true'
      const shown = account
        .listed(account.policies.values())
        .filter(({ foreign }) => scope === 'All' || foreign === (scope === 'AWS'))
        .filter(({ path, arn }) => path.startsWith(prefix) && (!attachedOnly || holdersOf(account, arn).length > 0))
      return page(byName(shown), parameters, pageSize, 'Policies', (policy) => summary(account, policy))
    },
  },
  DeletePolicy: {
    write: true,
    resource,
    run(context) {
      const policy = ownPolicy(context)
      conflict(holdersOf(context.account, policy.arn).length > 0, '', 'Cannot delete a policy attached to entities.')
      conflict(
        policy.versions.length > 1 && !context.dialect.iam.deletePolicyWithVersions,
        '',
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      )
      context.account.policies.delete(policy.arn)
      return undefined
    },
  },
  CreatePolicyVersion: {
    write: true,
    resource,
    run(context) {
      const { account, parameters, limits } = context
      const policy = ownPolicy(context)
      const document = checkedDocument(context)
      if (policy.versions.length >= limits.policyVersions) {
        throw new ApiError(
          'LimitExceeded',
          409,
          `A managed policy can have up to ${limits.policyVersions} versions. Before you create a new version, you must delete an existing version.`,
        )
      }
      policy.lastVersion++
      const version = { id: `v${policy.lastVersion}`, document, createdAt: account.now }
      policy.versions = [...policy.versions, version]
      policy.updatedAt = account.now
      if (parameters.optional('SetAsDefault') === 'true') policy.defaultVersion = version.id
      account.rightsChanged()
      return [element('PolicyVersion', ...versionSummary(policy, version))]
    },
  },
  GetPolicyVersion: {
    write: false,
    resource,
    run(context) {
      const policy = context.account.policy(context.parameters.required('PolicyArn'))
      const version = versionOf(policy, context)
      return [element('PolicyVersion', leaf('Document', written(version.document, context)), ...versionSummary(policy, version))]
    },
  },
  ListPolicyVersions: {
    write: false,
    resource,
    run({ account, parameters, pageSize }) {
      const policy = account.policy(parameters.required('PolicyArn'))
      return page(policy.versions.toReversed(), parameters, pageSize, 'Versions', (version) => versionSummary(policy, version))
    },
  },
  SetDefaultPolicyVersion: {
    write: true,
    resource,
    run(context) {
      const policy = ownPolicy(context)
      policy.defaultVersion = versionOf(policy, context).id
      policy.updatedAt = context.account.now
      context.account.rightsChanged()
      return undefined
    },
  },
  DeletePolicyVersion: {
    write: true,
    resource,
    run(context) {
      const policy = ownPolicy(context)
      const { id } = versionOf(policy, context)
      conflict(id === policy.defaultVersion, '', 'Cannot delete the default version of a policy.')
      policy.versions = policy.versions.filter((version) => version.id !== id)
      return undefined
    },
  },
  ListEntitiesForPolicy: {
    write: false,
    resource,
    run({ account, parameters }) {
      const { arn } = account.policy(parameters.required('PolicyArn'))
      const kinds = { User: account.users, Group: account.groups, Role: account.roles } as const
      const filter = parameters.optional('EntityFilter')
      const lists = Object.entries(kinds).map(([kind, entities]) => {
        const shown = [...entities.values()].filter(({ attached }) => attached.has(arn) && (filter === undefined || filter === kind))
        return element(
          `Policy${kind}s`,
          ...shown.map(({ name, id }) => element('member', leaf(`${kind}Name`, name), leaf(`${kind}Id`, id))),
        )
      })
      return [leaf('IsTruncated', false), ...lists]
    },
  },
  TagPolicy: {
    write: true,
    resource,
    run(context) {
      const { tags } = ownPolicy(context)
      for (const [key, value] of context.parameters.tags()) tags.set(key, value)
      return undefined
    },
  },
  UntagPolicy: {
    write: true,
    resource,
    run(context) {
      const { tags } = ownPolicy(context)
      for (const key of context.parameters.list('TagKeys')) tags.delete(key)
      return undefined
    },
  },
  ListPolicyTags: {
    write: false,
    resource,
    run: ({ account, parameters, pageSize }) =>
      page([...account.policy(parameters.required('PolicyArn')).tags], parameters, pageSize, 'Tags', ([key, value]) => [
        leaf('Key', key),
        leaf('Value', value),
      ]),
  },
}

function ownPolicy({ account, parameters }: ActionContext): ManagedPolicy {
  const policy = account.policy(parameters.required('PolicyArn'))
  if (policy.foreign) throw new ApiError('AccessDenied', 403, `Policy ${policy.arn} is managed by AWS and cannot be changed`)
  return policy
}

function versionOf({ versions, arn }: ManagedPolicy, { parameters }: ActionContext): PolicyVersion {
  const id = parameters.required('VersionId')
  const version = versions.find((each) => each.id === id)
  if (version === undefined) throw new ApiError('NoSuchEntity', 404, `Policy ${arn} version ${id} does not exist or is not attachable.`)
  return version
}

function checkedDocument(context: ActionContext): string {
  const document = context.parameters.required('PolicyDocument')
  checkIdentityPolicy(document, context)
  const most = context.limits.managedPolicyCharacters
  if (document.replace(/\s/g, '').length > most) throw new ApiError('LimitExceeded', 409, `Cannot exceed quota for PolicySize: ${most}`)
  return document
}

export function holdersOf({ users, groups, roles }: Account, arn: string): readonly PolicyHolder[] {
  return [...users.values(), ...groups.values(), ...roles.values()].filter(({ attached }) => attached.has(arn))
}

function summary(account: Account, policy: ManagedPolicy) {
  const { name, id, arn, path, defaultVersion, createdAt, updatedAt } = policy
  const named = [
    leaf('PolicyName', name),
    leaf('PolicyId', id),
    leaf('Arn', arn),
    leaf('Path', path),
    leaf('DefaultVersionId', defaultVersion),
  ]
  const count = leaf('AttachmentCount', holdersOf(account, arn).length)
  return [
    ...named,
    count,
    leaf('PermissionsBoundaryUsageCount', 0),
    leaf('IsAttachable', true),
    leaf('CreateDate', timestamp(createdAt)),
    leaf('UpdateDate', timestamp(updatedAt)),
  ]
}

const versionSummary = ({ defaultVersion }: ManagedPolicy, { id, createdAt }: PolicyVersion) => [
  leaf('VersionId', id),
  leaf('IsDefaultVersion', id === defaultVersion),
  leaf('CreateDate', timestamp(createdAt)),
]
