// The choices of a VaultSync, apart from the kind: flags have some of them as defaults.
export const DELETION_POLICIES = ['Retain', 'SoftDelete', 'DeleteAll', 'Destroy'] as const
export const DRIFT_POLICIES = ['Repair', 'Report', 'Ignore'] as const
export const UPDATE_POLICIES = ['Replace', 'IfNotExists'] as const
export const BINARY_POLICIES = ['Base64', 'Reject'] as const
export const MISSING_KEYS_POLICIES = ['Fail', 'Skip'] as const
export const SOURCE_MISSING_POLICIES = ['Keep', 'Delete'] as const
