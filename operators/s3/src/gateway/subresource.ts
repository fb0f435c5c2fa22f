import type { ProviderSpec } from '../kinds/provider.ts'

interface Facts {
  /** The word in the query. */
  readonly query: string
  /** The root element of what GET answers with: a listing in its place is how servers answer for what they do not know. */
  readonly root: string
  /** What GET says when nothing is set. */
  readonly unset: readonly string[]
  /** Whether it has a DELETE of its own, on some server at least. */
  readonly removable: boolean
  /** The only type of server that has it. */
  readonly only?: ProviderSpec['type']
}

/** The settings of a bucket that this operator knows. A request for any other is never sent. */
export const SUBRESOURCES = {
  versioning: { query: 'versioning', root: 'VersioningConfiguration', unset: [], removable: false },
  encryption: {
    query: 'encryption',
    root: 'ServerSideEncryptionConfiguration',
    unset: ['ServerSideEncryptionConfigurationNotFoundError'],
    removable: true,
  },
  tagging: { query: 'tagging', root: 'Tagging', unset: ['NoSuchTagSet', 'NoSuchTagSetError'], removable: true },
  lifecycle: { query: 'lifecycle', root: 'LifecycleConfiguration', unset: ['NoSuchLifecycleConfiguration'], removable: true },
  cors: { query: 'cors', root: 'CORSConfiguration', unset: ['NoSuchCORSConfiguration'], removable: true },
  publicAccess: {
    query: 'publicAccessBlock',
    root: 'PublicAccessBlockConfiguration',
    unset: ['NoSuchPublicAccessBlockConfiguration'],
    removable: false,
  },
  ownership: { query: 'ownershipControls', root: 'OwnershipControls', unset: ['OwnershipControlsNotFoundError'], removable: false },
  objectLock: { query: 'object-lock', root: 'ObjectLockConfiguration', unset: ['ObjectLockConfigurationNotFoundError'], removable: false },
  logging: { query: 'logging', root: 'BucketLoggingStatus', unset: [], removable: false },
  acl: { query: 'acl', root: 'AccessControlPolicy', unset: [], removable: false },
  website: { query: 'website', root: 'WebsiteConfiguration', unset: ['NoSuchWebsiteConfiguration'], removable: true },
  // Empty is how it is switched off: there is no DELETE, and servers take one for that of the bucket.
  notification: { query: 'notification', root: 'NotificationConfiguration', unset: [], removable: false },
  replication: {
    query: 'replication',
    root: 'ReplicationConfiguration',
    unset: ['ReplicationConfigurationNotFoundError'],
    removable: true,
  },
  compliance: { query: 'compliance', root: 'BucketComplianceConfiguration', unset: [], removable: false, only: 'wasabi' },
  // Its answer is JSON, and has no root element.
  policy: { query: 'policy', root: '{', unset: ['NoSuchBucketPolicy'], removable: true },
} as const satisfies Readonly<Record<string, Facts>>

export type Subresource = keyof typeof SUBRESOURCES

/** The only type of server that has it; `undefined`: any may. */
export function dialectOf(subresource: Subresource): ProviderSpec['type'] | undefined {
  const facts: Facts = SUBRESOURCES[subresource]
  return facts.only
}

/** Whether the answer to a GET is what it ought to be. An empty body is: moto and others answer so for what is not set. */
export function isAnswerOf(subresource: Subresource, body: string): boolean {
  const { root } = SUBRESOURCES[subresource]
  const text = body.replace(/^\uFEFF?\s*(<\?xml[^>]*\?>)?\s*/, '')
  return text === '' || (root === '{' ? text.startsWith('{') : new RegExp(`^<(\\w+:)?${root}[\\s/>]`).test(text))
}
