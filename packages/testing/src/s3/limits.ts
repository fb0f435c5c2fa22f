/** Numbers past which a provider says LimitExceeded or TooManyBuckets. */
export interface Limits {
  /** Per account. */
  readonly buckets: number
  readonly users: number
  readonly policies: number
  readonly groups: number
  /** Per user; inactive ones count. */
  readonly accessKeys: number
  readonly policyVersions: number
  readonly attachedPolicies: number
  readonly groupsPerUser: number
  readonly tags: number
  /** Characters that are not blanks, over all inline policies of one user. */
  readonly userPolicyCharacters: number
  readonly groupPolicyCharacters: number
  readonly rolePolicyCharacters: number
  readonly managedPolicyCharacters: number
  /** Bytes. */
  readonly bucketPolicy: number
}

/** AWS's defaults, from its tables of quotas. */
export const AWS_LIMITS: Limits = {
  buckets: 10_000,
  users: 5000,
  policies: 1500,
  groups: 300,
  accessKeys: 2,
  policyVersions: 5,
  attachedPolicies: 10,
  groupsPerUser: 10,
  tags: 50,
  userPolicyCharacters: 2048,
  groupPolicyCharacters: 5120,
  rolePolicyCharacters: 10_240,
  managedPolicyCharacters: 6144,
  bucketPolicy: 20 * 1024,
}
