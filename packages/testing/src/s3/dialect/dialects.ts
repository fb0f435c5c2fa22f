import { AWS_LIMITS } from '../limits.ts'
import { STRICT } from '../policy/document.ts'
import { element, leaf } from '../protocol/xml.ts'
import type { Dialect, DialectName, Support } from './dialect.ts'
import { cephLifecycle, corsWithMaxAge, sortedCors, unchanged, withIds } from './rewrites.ts'

/** The name of every subresource that falls through on every server that was looked at. Any that is not in the table of operations does, too. */
const WITHOUT_DELETE = ['versioning', 'logging', 'notification', 'acl', 'object-lock', 'accelerate', 'requestPayment']

const READ_ONLY = ['policyStatus', 'location', 'versions', 'uploads']

/** S3 has these, the fake does not. */
const NEVER_SERVED = ['analytics', 'inventory', 'metrics', 'intelligent-tiering', 'metadataTable', 'metadataConfiguration', 'abac']

const deleting = (names: readonly string[], support: Support) => Object.fromEntries(names.map((name) => [name, { DELETE: support }]))
const never = (support: Support) => ({ GET: support, PUT: support, DELETE: support })

const refused = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, never('NotImplemented')]))

const ENFORCED = element('OwnershipControls', element('Rule', leaf('ObjectOwnership', 'BucketOwnerEnforced')))
const AES256 = element(
  'ServerSideEncryptionConfiguration',
  element('Rule', element('ApplyServerSideEncryptionByDefault', leaf('SSEAlgorithm', 'AES256')), leaf('BucketKeyEnabled', false)),
)

const blockPublicAccess = (is: boolean) =>
  element(
    'PublicAccessBlockConfiguration',
    ...['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'].map((name) => leaf(name, is)),
  )

export const AWS: Dialect = {
  name: 'aws',
  limits: AWS_LIMITS,
  // S3 does not know the parameter and looks at the path alone, so an unknown one falls through; a known one without this method is refused.
  subresources: {
    ...deleting(WITHOUT_DELETE, 'MethodNotAllowed'),
    ...Object.fromEntries(READ_ONLY.map((name) => [name, { PUT: 'MethodNotAllowed', DELETE: 'MethodNotAllowed' }])),
    ...refused(NEVER_SERVED),
  },
  bucket: {
    createAgain: 'ok',
    wrongLocation: 'IllegalLocationConstraintException',
    strangeBody: 'MalformedXML',
    location: (region) => (region === 'us-east-1' ? '' : region),
    nonEmpty: 'everything',
    versioningExtra: [],
    forceDelete: false,
    rename: false,
  },
  policy: {
    leniency: STRICT,
    invalid: 'MalformedPolicy',
    invalidDocument: 'MalformedPolicy',
    principalsChecked: true,
    actionsChecked: true,
    resourcesChecked: true,
    actionFitsResource: true,
    sizeChecked: true,
    stored: 'verbatim',
    locksOutRoot: 'but not from the policy',
  },
  tagging: { tooMany: 'BadRequest', duplicates: 'InvalidTag', reserved: 'InvalidTag', sorted: false, emptySet: 'unset' },
  cors: { empty: 'MalformedXML', badMethod: 'InvalidRequest', rewrite: unchanged },
  lifecycle: {
    noAction: 'InvalidRequest',
    zeroDays: 'InvalidArgument',
    duplicateIds: 'InvalidArgument',
    empty: 'MalformedXML',
    transitions: 'ok',
    abortUploads: undefined,
    rewrite: withIds,
  },
  lock: { existingBucket: 'ok when versioned', suspendStatus: 409, denied: 'AccessDenied' },
  lists: { tooManyDeletes: 'MalformedXML', emptyDelete: 'MalformedXML', refusedKey: () => undefined },
  signature: { regionChecked: true },
  iam: {
    is: 'served',
    bareRefusals: false,
    ownKeys: false,
    unsupported: [],
    unknownAction: { code: 'InvalidAction', status: 400 },
    creationPathsAndTags: true,
    tags: true,
    keyDates: true,
    deleteUserCascades: false,
    deletePolicyWithVersions: false,
    absentPolicyIsError: true,
    encodesDocuments: true,
    denyInline: true,
    leniency: STRICT,
  },
  sts: { actions: ['GetCallerIdentity', 'AssumeRole', 'AssumeRoleWithWebIdentity', 'GetSessionToken'] },
  // Buckets are private and encrypted from the start, since January and April 2023.
  initial: { ownershipControls: ENFORCED, publicAccessBlock: blockPublicAccess(true) },
  unset: { encryption: AES256 },
  statuses: {},
  deleteUnset: {},
}

const USER_AND_POLICY_TAGS = ['TagUser', 'UntagUser', 'ListUserTags', 'TagPolicy', 'UntagPolicy', 'ListPolicyTags']

/** What Wasabi's documentation says; where it is silent (tagging, encryption, public access block) it answers as AWS does. */
export const WASABI: Dialect = {
  ...AWS,
  name: 'wasabi',
  limits: { ...AWS_LIMITS, buckets: 1000, users: 4999, policies: 1000 },
  subresources: {
    ...deleting(WITHOUT_DELETE, 'falls through'),
    // Its own, for retention of the kind it had before object lock.
    compliance: never('NotImplemented'),
    website: never('NotImplemented'),
    accelerate: never('NotImplemented'),
    requestPayment: never('NotImplemented'),
    ownershipControls: never('NotImplemented'),
  },
  bucket: { ...AWS.bucket, createAgain: 'BucketAlreadyOwnedByYou', forceDelete: true, rename: true },
  lifecycle: { ...AWS.lifecycle, transitions: 'InvalidStorageClass' },
  iam: {
    ...AWS.iam,
    tags: false,
    unsupported: [...USER_AND_POLICY_TAGS, 'ListSSHPublicKeys', 'ListSigningCertificates', 'ListServiceSpecificCredentials'],
  },
  sts: { actions: ['GetCallerIdentity', 'AssumeRole', 'GetSessionToken'] },
  initial: {},
  unset: {},
}

const LOCKED_OUT: Dialect['iam'] = { ...AWS.iam, is: 'none' }

export const MINIO: Dialect = {
  ...AWS,
  name: 'minio',
  subresources: {
    ...deleting(WITHOUT_DELETE, 'falls through'),
    encryption: { PUT: 'NotImplemented' },
    publicAccessBlock: { GET: 'NotImplemented', PUT: 'falls through', DELETE: 'falls through' },
    ownershipControls: { GET: 'NotImplemented', PUT: 'falls through', DELETE: 'falls through' },
    cors: { PUT: 'NotImplemented', DELETE: 'NotImplemented' },
    logging: { PUT: 'falls through', DELETE: 'falls through' },
    website: { PUT: 'falls through' },
    accelerate: { PUT: 'falls through', DELETE: 'falls through' },
    requestPayment: { PUT: 'falls through', DELETE: 'falls through' },
  },
  bucket: { ...AWS.bucket, createAgain: 'BucketAlreadyOwnedByYou', wrongLocation: undefined, location: () => '' },
  policy: {
    ...AWS.policy,
    leniency: { ...STRICT, statementAsObject: false, emptyStatements: true, versions: [] },
    principalsChecked: false,
    stored: 'rewritten',
    locksOutRoot: 'no',
  },
  tagging: { tooMany: 'MalformedXML', duplicates: 'MalformedXML', reserved: undefined, sorted: false, emptySet: 'empty' },
  lifecycle: {
    ...AWS.lifecycle,
    noAction: 'InvalidArgument',
    empty: 'InvalidArgument',
    transitions: 'InvalidStorageClass',
    abortUploads: 'InvalidArgument',
  },
  lock: { existingBucket: 'refused', suspendStatus: 400, denied: 'InvalidRequest' },
  lists: {
    tooManyDeletes: 'MalformedXML',
    emptyDelete: 'MalformedXML',
    refusedKey: (key) => {
      if (key.split('/').some((part) => part === '..' || part === '.')) return { code: 'XMinioInvalidResourceName' }
      return key.includes('//') ? { code: 'XMinioInvalidObjectName' } : undefined
    },
  },
  signature: { regionChecked: false },
  iam: LOCKED_OUT,
  sts: { actions: [] },
  initial: {},
  unset: {},
  statuses: { 'PUT tagging': 200, 'DELETE website': 200 },
}

/** Ceph's gateway 16, as Debian 12 has it. */
export const CEPH: Dialect = {
  ...AWS,
  name: 'ceph',
  subresources: {
    ...deleting(['versioning', 'acl', 'object-lock'], 'falls through'),
    ...deleting(['requestPayment'], 'falls through'),
    encryption: never('falls through'),
    ownershipControls: never('falls through'),
    accelerate: never('falls through'),
    logging: { PUT: 'MethodNotAllowed', DELETE: 'MethodNotAllowed' },
    website: never('MethodNotAllowed'),
    notification: { PUT: 'MalformedXML', DELETE: 'MethodNotAllowed' },
  },
  bucket: {
    ...AWS.bucket,
    wrongLocation: 'InvalidLocationConstraint',
    strangeBody: 'InvalidArgument',
    location: () => 'default',
    versioningExtra: [leaf('MfaDelete', 'Disabled')],
  },
  policy: {
    ...AWS.policy,
    leniency: { ...STRICT, emptyStatements: true, missingPrincipal: true, booleansInConditions: false },
    invalid: 'InvalidArgument',
    invalidDocument: 'InvalidArgument',
    principalsChecked: false,
    resourcesChecked: false,
    actionFitsResource: false,
    sizeChecked: false,
  },
  tagging: { tooMany: 'InvalidTag', duplicates: undefined, reserved: undefined, sorted: true, emptySet: 'empty' },
  cors: { empty: 'MalformedXML', badMethod: 'MalformedXML', rewrite: sortedCors },
  lifecycle: { ...AWS.lifecycle, noAction: 'MalformedXML', duplicateIds: 'InvalidArgument', rewrite: cephLifecycle },
  lock: { existingBucket: 'refused', suspendStatus: 409, denied: 'AccessDenied' },
  lists: { tooManyDeletes: 'InvalidArgument', emptyDelete: undefined, refusedKey: () => undefined },
  signature: { regionChecked: false },
  iam: LOCKED_OUT,
  sts: { actions: [] },
  initial: {},
  unset: { publicAccessBlock: blockPublicAccess(false), replication: element('ReplicationConfiguration', leaf('Role', '')) },
  statuses: { 'PUT tagging': 200, 'DELETE tagging': 200, 'DELETE publicAccessBlock': 200, 'DELETE policy': 200 },
}

export const SEAWEEDFS: Dialect = {
  ...AWS,
  name: 'seaweedfs',
  limits: { ...AWS_LIMITS, accessKeys: Number.POSITIVE_INFINITY, policyVersions: 1, userPolicyCharacters: Number.POSITIVE_INFINITY },
  subresources: {
    ...deleting([...WITHOUT_DELETE, 'website', 'replication'], 'falls through'),
    publicAccessBlock: never('NotImplemented'),
    logging: { PUT: 'falls through', DELETE: 'falls through' },
    website: { PUT: 'falls through', DELETE: 'falls through' },
    notification: { PUT: 'falls through', DELETE: 'falls through' },
    replication: { PUT: 'falls through', DELETE: 'falls through' },
    accelerate: { PUT: 'falls through', DELETE: 'falls through' },
  },
  bucket: {
    ...AWS.bucket,
    createAgain: 'BucketAlreadyOwnedByYou',
    wrongLocation: undefined,
    location: () => '',
    nonEmpty: 'only current of unversioned',
    strangeBody: 'BucketAlreadyExists',
  },
  policy: {
    ...AWS.policy,
    leniency: { ...STRICT, versions: [], booleansInConditions: false },
    invalidDocument: 'InvalidPolicyDocument',
    principalsChecked: false,
    actionsChecked: false,
    actionFitsResource: false,
    stored: 'compact',
    locksOutRoot: 'for ever',
  },
  tagging: { tooMany: 'InvalidTag', duplicates: undefined, reserved: undefined, sorted: true, emptySet: 'unset' },
  cors: { empty: 'InvalidRequest', badMethod: 'InvalidRequest', rewrite: corsWithMaxAge },
  lifecycle: {
    noAction: undefined,
    zeroDays: undefined,
    duplicateIds: undefined,
    empty: undefined,
    transitions: 'NotImplemented',
    abortUploads: undefined,
    rewrite: unchanged,
  },
  lock: { existingBucket: 'refused', suspendStatus: 409, denied: 'AccessDenied' },
  lists: {
    tooManyDeletes: 'InvalidArgument',
    emptyDelete: undefined,
    refusedKey: (key) => (key.split('/').includes('..') ? { code: 'InvalidRequest' } : undefined),
  },
  signature: { regionChecked: false },
  iam: {
    ...AWS.iam,
    unsupported: [
      ...['GetAccessKeyLastUsed', 'ListEntitiesForPolicy', 'SetDefaultPolicyVersion', 'TagPolicy', 'UntagPolicy', 'ListPolicyTags'],
      ...[
        'ListMFADevices',
        'GetLoginProfile',
        'ListSSHPublicKeys',
        'ListServiceSpecificCredentials',
        'ListSigningCertificates',
        'GetAccountSummary',
      ],
    ],
    unknownAction: { code: 'NotImplemented', status: 501 },
    bareRefusals: true,
    ownKeys: true,
    creationPathsAndTags: false,
    keyDates: false,
    deleteUserCascades: true,
    deletePolicyWithVersions: true,
    absentPolicyIsError: false,
    encodesDocuments: false,
    denyInline: false,
    leniency: { ...STRICT, principalInIdentity: true },
  },
  sts: { actions: ['GetCallerIdentity'] },
  initial: {},
  unset: { ownershipControls: ENFORCED },
  statuses: { 'PUT tagging': 200, 'DELETE ownershipControls': 200 },
  deleteUnset: {
    encryption: 'ServerSideEncryptionConfigurationNotFoundError',
    ownershipControls: 'OwnershipControlsNotFoundError',
    policy: 'NoSuchBucketPolicy',
  },
}

/** The manners of each S3 that there is a dialect of. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = { aws: AWS, wasabi: WASABI, minio: MINIO, ceph: CEPH, seaweedfs: SEAWEEDFS }
