// One object of every kind, with everything in it that a server may know.
import type { Kind, KubeObject } from '@kubewright/core'
import { AccessKey, Bucket, BucketPolicy, IAMPolicy, User } from '@kubewright/operator-s3'

/** What a server has beside buckets. */
export interface Features {
  readonly users: boolean
  /** Policies that stand for themselves, and are attached. */
  readonly managedPolicies: boolean
  /** Lifecycle rules that end unfinished uploads. Where there are none, the whole rule is refused. @default true */
  readonly abortsUploads?: boolean
  /** Notifications to EventBridge, which is of AWS. Where there is none, the whole of the notifications is refused. @default true */
  readonly bridgesEvents?: boolean
}

export interface Wanted {
  readonly kind: Kind<KubeObject>
  readonly name: string
  readonly spec: object
}

const providerRef = { name: 'store' }
const listing = { statement: [{ effect: 'Allow', action: 's3:ListAllMyBuckets', resource: '*' }] }

export function everything(
  prefix: string,
  { users, managedPolicies, abortsUploads = true, bridgesEvents = true }: Features,
): readonly Wanted[] {
  const wanted = (kind: unknown, name: string, spec: object): Wanted => ({ kind: kind as Kind<KubeObject>, name, spec })
  const going = { deletionPolicy: 'Delete', forceDelete: true }
  const ofUsers = [
    wanted(User, 'app', {
      ...{ providerRef, name: `${prefix}-app`, tags: { team: 'web' }, policy: listing },
      ...(managedPolicies && { policyRefs: [{ name: 'list' }] }),
    }),
    wanted(AccessKey, 'app', { providerRef, userRef: { name: 'app' }, secretTemplate: { bucket: `${prefix}-all` } }),
    ...(managedPolicies ? [wanted(IAMPolicy, 'list', { providerRef, name: `${prefix}-list`, policy: listing })] : []),
  ]
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of policies
  const statement = [{ effect: 'Deny', principal: '*', action: ['s3:PutObject', 's3:GetObject'], resource: '${bucketArn}/secret/*' }]
  return [
    wanted(Bucket, 'all', {
      ...{ providerRef, name: `${prefix}-all`, autoManage: { enabled: false }, unsupported: 'Ignore', ...going },
      ...{ versioning: { enabled: true }, encryption: { enabled: true }, publicAccess: {}, ownership: 'BucketOwnerEnforced' },
      lifecycle: {
        rules: [
          { id: 'drafts', prefix: 'drafts/', expiration: { days: 7 } },
          {
            ...{ id: 'old', noncurrentVersionExpiration: { noncurrentDays: 3 } },
            ...(abortsUploads && { abortIncompleteMultipartUpload: { daysAfterInitiation: 2 } }),
          },
        ],
      },
      cors: { rules: [{ allowedOrigins: ['https://b', 'https://a'], allowedMethods: ['PUT', 'GET'], exposedHeaders: ['ETag'] }] },
      tagging: { tags: { team: 'web', empty: '' } },
      ...(bridgesEvents && { notification: { eventBridge: true } }),
    }),
    wanted(Bucket, 'plain', { providerRef, name: `${prefix}-plain`, autoManage: { enabled: users }, unsupported: 'Ignore', ...going }),
    wanted(BucketPolicy, 'all', { bucketRef: { name: 'all' }, policy: { statement } }),
    ...(users ? ofUsers : []),
  ]
}

/** What a Bucket makes for itself, with autoManage. */
export const childrenOf = (name: string): readonly (readonly [Kind<KubeObject>, string])[] =>
  [
    [User, `${name}-user`],
    [AccessKey, `${name}-accesskey`],
    [BucketPolicy, `${name}-policy`],
  ] as unknown as readonly (readonly [Kind<KubeObject>, string])[]
