import type { Limits } from '../limits.ts'
import type { Leniency } from '../policy/document.ts'
import type { S3ErrorCode } from '../protocol/api-error.ts'
import type { Element } from '../protocol/xml.ts'

/** `falls through`: the server does not look at the subresource, and the request is one for the bucket itself. */
export type Support = 'served' | 'NotImplemented' | 'MethodNotAllowed' | 'MalformedXML' | 'falls through'
export type Method = 'GET' | 'PUT' | 'DELETE'

/** What servers differ in. Every field is one observed difference; the names say what happens. */
export interface Dialect {
  readonly name: DialectName
  readonly limits: Limits
  /** By subresource and method, where it is not `served`. */
  readonly subresources: Readonly<Record<string, Partial<Record<Method, Support>>>>
  readonly bucket: BucketRules
  readonly policy: BucketPolicyRules
  readonly tagging: TaggingRules
  readonly cors: CorsRules
  readonly lifecycle: LifecycleRules
  readonly lock: LockRules
  readonly lists: ListRules
  readonly signature: { readonly regionChecked: boolean }
  readonly iam: IamRules
  readonly sts: { readonly actions: readonly string[] }
  /** Configurations every new bucket has. By subresource. */
  readonly initial: Readonly<Record<string, Element>>
  /** Configurations read like this when nobody has put them; absent: the subresource's own error. By subresource. */
  readonly unset: Readonly<Record<string, Element>>
  /** Status of a put and a delete that succeeded, by `METHOD subresource`, where it is not the usual one. */
  readonly statuses: Readonly<Record<string, number>>
  /** A delete of a configuration that is not there: its error; absent: it succeeds. By subresource. */
  readonly deleteUnset: Readonly<Record<string, S3ErrorCode>>
}

/** Whose S3 it is. */
export type DialectName = 'aws' | 'wasabi' | 'minio' | 'ceph' | 'seaweedfs'

export interface BucketRules {
  /** Answer to CreateBucket by the owner. */
  readonly createAgain: 'ok' | 'BucketAlreadyOwnedByYou'
  /** Refusal of a LocationConstraint that is not the server's region; undefined: it is not looked at. */
  readonly wrongLocation: 'IllegalLocationConstraintException' | 'InvalidLocationConstraint' | undefined
  /** Refusal of a put to the bucket whose body is meant for something else. */
  readonly strangeBody: 'MalformedXML' | 'InvalidArgument' | 'BucketAlreadyExists'
  /** What LocationConstraint reads in this region. */
  readonly location: (region: string) => string
  /** `everything`: versions and markers keep a bucket from being deleted; `only current of unversioned`: SeaweedFS, which loses data. */
  readonly nonEmpty: 'everything' | 'only current of unversioned'
  readonly versioningExtra: readonly Element[]
  /** `?force_delete=true` empties and removes. */
  readonly forceDelete: boolean
  /** MOVE renames. */
  readonly rename: boolean
}

export interface BucketPolicyRules {
  readonly leniency: Leniency
  /** For what is no JSON. */
  readonly invalid: 'MalformedPolicy' | 'InvalidArgument'
  /** For what is JSON but no legal policy. */
  readonly invalidDocument: 'MalformedPolicy' | 'InvalidArgument' | 'InvalidPolicyDocument'
  readonly principalsChecked: boolean
  readonly actionsChecked: boolean
  readonly resourcesChecked: boolean
  readonly actionFitsResource: boolean
  readonly sizeChecked: boolean
  /** `compact`: with a new line at its end. */
  readonly stored: 'verbatim' | 'compact' | 'rewritten'
  /** A Deny for everyone binds the account's root too, and even the calls that read, put and delete the policy. */
  readonly locksOutRoot: 'no' | 'but not from the policy' | 'for ever'
}

export interface TaggingRules {
  readonly tooMany: S3ErrorCode | 'BadRequest'
  readonly duplicates: S3ErrorCode | undefined
  readonly reserved: S3ErrorCode | undefined
  readonly sorted: boolean
  /** How an empty set reads. */
  readonly emptySet: 'unset' | 'empty'
}

export interface CorsRules {
  readonly empty: S3ErrorCode
  readonly badMethod: S3ErrorCode
  readonly rewrite: (configuration: Element) => Element
}

export interface LifecycleRules {
  /** Undefined: not checked. */
  readonly noAction: S3ErrorCode | undefined
  readonly zeroDays: S3ErrorCode | undefined
  readonly duplicateIds: S3ErrorCode | undefined
  readonly empty: S3ErrorCode | undefined
  readonly transitions: 'ok' | 'NotImplemented' | 'InvalidStorageClass'
  /** Undefined: rules for unfinished uploads are served. */
  readonly abortUploads: S3ErrorCode | undefined
  readonly rewrite: (configuration: Element, newId: () => string) => Element
}

export interface LockRules {
  readonly existingBucket: 'ok when versioned' | 'refused'
  /** Of `InvalidBucketState` when the versioning of a locked bucket is to be suspended. */
  readonly suspendStatus: 400 | 409
  readonly denied: 'AccessDenied' | 'InvalidRequest'
}

export interface ListRules {
  /** DeleteObjects of more than a thousand keys. */
  readonly tooManyDeletes: S3ErrorCode
  readonly emptyDelete: S3ErrorCode | undefined
  /** Names of objects that are refused. */
  readonly refusedKey: (key: string) => { readonly code: string } | undefined
}

export interface IamRules {
  /** `none`: the query protocol is not there. */
  readonly is: 'served' | 'none'
  readonly unsupported: readonly string[]
  /** Refusals with 403 come in the shape of S3's errors, in which clients of IAM find no code. */
  readonly bareRefusals: boolean
  /** Users may make, list and delete their own keys without any policy. */
  readonly ownKeys: boolean
  readonly unknownAction: { readonly code: string; readonly status: number }
  readonly creationPathsAndTags: boolean
  readonly tags: boolean
  readonly keyDates: boolean
  readonly deleteUserCascades: boolean
  readonly deletePolicyWithVersions: boolean
  readonly absentPolicyIsError: boolean
  readonly encodesDocuments: boolean
  readonly denyInline: boolean
  readonly leniency: Leniency
}
