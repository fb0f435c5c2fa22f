import { ACCOUNT_ACTIONS } from './account-actions.ts'
import type { IamAction } from './action.ts'
import { GROUP_ACTIONS } from './groups.ts'
import { holderActions } from './holder-policies.ts'
import { KEY_ACTIONS } from './keys.ts'
import { POLICY_ACTIONS } from './managed-policies.ts'
import { ROLE_ACTIONS } from './roles.ts'
import { USER_ACTIONS } from './users.ts'

/** All of IAM that is served, by the name of the action. */
export const IAM_ACTIONS: Readonly<Record<string, IamAction>> = {
  ...USER_ACTIONS,
  ...KEY_ACTIONS,
  ...POLICY_ACTIONS,
  ...GROUP_ACTIONS,
  ...ROLE_ACTIONS,
  ...ACCOUNT_ACTIONS,
  ...holderActions('User', ({ limits }) => limits.userPolicyCharacters),
  ...holderActions('Group', ({ limits }) => limits.groupPolicyCharacters),
  ...holderActions('Role', ({ limits }) => limits.rolePolicyCharacters),
}
