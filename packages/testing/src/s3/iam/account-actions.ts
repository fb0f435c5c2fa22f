import { element, leaf } from '../protocol/xml.ts'
import type { IamAction } from './action.ts'

export const ACCOUNT_ACTIONS: Readonly<Record<string, IamAction>> = {
  GetAccountSummary: {
    write: false,
    run({ account, limits }) {
      const own = [...account.policies.values()].filter(({ foreign }) => !foreign)
      const numbers = {
        Users: account.users.size,
        UsersQuota: limits.users,
        Groups: account.groups.size,
        GroupsQuota: limits.groups,
        Roles: account.roles.size,
        Policies: own.length,
        PoliciesQuota: limits.policies,
        AccessKeysPerUserQuota: limits.accessKeys,
        VersionsPerPolicyQuota: limits.policyVersions,
        AttachedPoliciesPerUserQuota: limits.attachedPolicies,
        GroupsPerUserQuota: limits.groupsPerUser,
        UserPolicySizeQuota: limits.userPolicyCharacters,
        PolicySizeQuota: limits.managedPolicyCharacters,
      }
      return [
        element('SummaryMap', ...Object.entries(numbers).map(([key, value]) => element('entry', leaf('key', key), leaf('value', value)))),
      ]
    },
  },
  ListAccountAliases: {
    write: false,
    run: ({ account }) => [leaf('IsTruncated', false), element('AccountAliases', leaf('member', account.name))],
  },
}
