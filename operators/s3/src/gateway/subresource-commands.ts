import type {
  BucketCannedACL,
  GetBucketAclCommandOutput,
  GetBucketCorsCommandOutput,
  GetBucketEncryptionCommandOutput,
  GetBucketLifecycleConfigurationCommandOutput,
  GetBucketOwnershipControlsCommandOutput,
  GetBucketPolicyCommandOutput,
  GetBucketReplicationCommandOutput,
  GetBucketTaggingCommandOutput,
  GetObjectLockConfigurationCommandOutput,
  GetPublicAccessBlockCommandOutput,
  PublicAccessBlockConfiguration,
  ReplicationConfiguration,
  S3Client,
  WebsiteConfiguration,
} from '@aws-sdk/client-s3'
import type { Sdk } from './sdk.ts'
import type { Subresource } from './subresource.ts'

type S3 = Sdk['s3']
export type S3Command = Parameters<S3Client['send']>[0]

/** How one setting is read, written and removed with the SDK. */
export interface SubresourceCommands {
  get(sdk: S3, bucket: string): S3Command
  /** What a read has found; `undefined`: nothing is set. */
  valueOf(answer: object): unknown
  put(sdk: S3, bucket: string, value: never): S3Command
  /** Only of those that have a DELETE of their own. */
  remove?(sdk: S3, bucket: string): S3Command
}

// The SDK's types of single commands are narrower than that of what its client sends.
const sent = (command: object): S3Command => command as S3Command

const nonEmpty = <T>(list: readonly T[] | undefined): readonly T[] | undefined =>
  list === undefined || list.length === 0 ? undefined : list

export const SUBRESOURCE_COMMANDS: Readonly<Record<Exclude<Subresource, 'compliance'>, SubresourceCommands>> = {
  acl: {
    get: (s3, Bucket) => sent(new s3.GetBucketAclCommand({ Bucket })),
    valueOf: ({ Owner, Grants }: GetBucketAclCommandOutput) => ({ Owner, Grants }),
    put: (s3, Bucket, ACL: BucketCannedACL) => sent(new s3.PutBucketAclCommand({ Bucket, ACL })),
  },
  versioning: {
    get: (s3, Bucket) => sent(new s3.GetBucketVersioningCommand({ Bucket })),
    valueOf: (answer) => answer,
    put: (s3, Bucket, VersioningConfiguration: object) => sent(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration })),
  },
  encryption: {
    get: (s3, Bucket) => sent(new s3.GetBucketEncryptionCommand({ Bucket })),
    valueOf: (answer: GetBucketEncryptionCommandOutput) => answer.ServerSideEncryptionConfiguration,
    put: (s3, Bucket, ServerSideEncryptionConfiguration: { Rules: [] }) =>
      sent(new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration })),
    remove: (s3, Bucket) => sent(new s3.DeleteBucketEncryptionCommand({ Bucket })),
  },
  tagging: {
    get: (s3, Bucket) => sent(new s3.GetBucketTaggingCommand({ Bucket })),
    valueOf: (answer: GetBucketTaggingCommandOutput) => nonEmpty(answer.TagSet),
    put: (s3, Bucket, TagSet: []) => sent(new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } })),
    remove: (s3, Bucket) => sent(new s3.DeleteBucketTaggingCommand({ Bucket })),
  },
  lifecycle: {
    get: (s3, Bucket) => sent(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })),
    valueOf: (answer: GetBucketLifecycleConfigurationCommandOutput) => nonEmpty(answer.Rules),
    put: (s3, Bucket, Rules: []) => sent(new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } })),
    remove: (s3, Bucket) => sent(new s3.DeleteBucketLifecycleCommand({ Bucket })),
  },
  cors: {
    get: (s3, Bucket) => sent(new s3.GetBucketCorsCommand({ Bucket })),
    valueOf: (answer: GetBucketCorsCommandOutput) => nonEmpty(answer.CORSRules),
    put: (s3, Bucket, CORSRules: []) => sent(new s3.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } })),
    remove: (s3, Bucket) => sent(new s3.DeleteBucketCorsCommand({ Bucket })),
  },
  publicAccess: {
    get: (s3, Bucket) => sent(new s3.GetPublicAccessBlockCommand({ Bucket })),
    valueOf: (answer: GetPublicAccessBlockCommandOutput) => answer.PublicAccessBlockConfiguration,
    put: (s3, Bucket, value: PublicAccessBlockConfiguration) =>
      sent(new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: value })),
  },
  ownership: {
    get: (s3, Bucket) => sent(new s3.GetBucketOwnershipControlsCommand({ Bucket })),
    valueOf: (answer: GetBucketOwnershipControlsCommandOutput) => answer.OwnershipControls,
    put: (s3, Bucket, OwnershipControls: { Rules: [] }) => sent(new s3.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls })),
  },
  objectLock: {
    get: (s3, Bucket) => sent(new s3.GetObjectLockConfigurationCommand({ Bucket })),
    valueOf: (answer: GetObjectLockConfigurationCommandOutput) => answer.ObjectLockConfiguration,
    put: (s3, Bucket, ObjectLockConfiguration: object) =>
      sent(new s3.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration })),
  },
  logging: {
    get: (s3, Bucket) => sent(new s3.GetBucketLoggingCommand({ Bucket })),
    valueOf: (answer) => answer,
    put: (s3, Bucket, BucketLoggingStatus: object) => sent(new s3.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus })),
  },
  website: {
    get: (s3, Bucket) => sent(new s3.GetBucketWebsiteCommand({ Bucket })),
    valueOf: (answer) => answer,
    put: (s3, Bucket, WebsiteConfiguration: WebsiteConfiguration) => sent(new s3.PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration })),
    remove: (s3, Bucket) => sent(new s3.DeleteBucketWebsiteCommand({ Bucket })),
  },
  notification: {
    get: (s3, Bucket) => sent(new s3.GetBucketNotificationConfigurationCommand({ Bucket })),
    valueOf: (answer) => answer,
    put: (s3, Bucket, NotificationConfiguration: object) =>
      sent(new s3.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration })),
  },
  replication: {
    get: (s3, Bucket) => sent(new s3.GetBucketReplicationCommand({ Bucket })),
    // Ceph answers with a configuration without rules for none.
    valueOf: ({ ReplicationConfiguration: found }: GetBucketReplicationCommandOutput) => nonEmpty(found?.Rules) && found,
    put: (s3, Bucket, value: ReplicationConfiguration) =>
      sent(new s3.PutBucketReplicationCommand({ Bucket, ReplicationConfiguration: value })),
    remove: (s3, Bucket) => sent(new s3.DeleteBucketReplicationCommand({ Bucket })),
  },
  policy: {
    get: (s3, Bucket) => sent(new s3.GetBucketPolicyCommand({ Bucket })),
    valueOf: (answer: GetBucketPolicyCommandOutput) => answer.Policy || undefined,
    put: (s3, Bucket, Policy: string) => sent(new s3.PutBucketPolicyCommand({ Bucket, Policy })),
    remove: (s3, Bucket) => sent(new s3.DeleteBucketPolicyCommand({ Bucket })),
  },
}
