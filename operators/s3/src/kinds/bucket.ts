import { cel, defineKind, immutable, immutableFields, listMap, type ObjectOf, z } from 'kubewright'
import { acl, compliance, cors, encryption, logging, objectLock, ownership, publicAccess, versioning, website } from './bucket-settings.ts'
import { GROUP, VERSION } from './group.ts'
import { lifecycle } from './lifecycle.ts'
import { adoptionPolicy, deletionPolicy, driftPolicy, managementPolicies, onMissing, tags, tagsMode } from './management.ts'
import { notification } from './notification.ts'
import { reference } from './reference.ts'
import { replication } from './replication.ts'
import { rotation } from './rotation.ts'
import { common } from './status.ts'

const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9\-.]{1,61}[a-z0-9]$/)
  .min(3)
  .max(63)
  .meta({
    rules: [
      { rule: "!self.contains('..')", message: 'must not have two dots in a row' },
      { rule: "!self.matches('^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$')", message: 'must not look like an IP address' },
      {
        rule: "!(self.startsWith('xn--') || self.startsWith('sthree-') || self.startsWith('amzn-s3-demo-') || self.endsWith('-s3alias') || self.endsWith('--ol-s3') || self.endsWith('.mrap') || self.endsWith('--x-s3'))",
        message: 'has a beginning or an end that S3 keeps for itself',
      },
    ],
  })

const fields = z.object({
  providerRef: immutable(reference()),
  name: immutable(bucketName).describe('On the server.'),
  region: z.string().min(1).max(64).optional().describe("Default: the provider's."),
  autoManage: z
    .object({
      enabled: z.boolean().default(true),
      userName: z.string().min(1).max(64).optional().describe("Default: the bucket's name."),
      accessLevel: z
        .enum(['readonly', 'readwrite', 'full'])
        .default('readwrite')
        .describe('readonly: get and list objects. readwrite: put and delete, too. full: everything with this bucket.'),
      rotation: rotation(true).optional(),
    })
    .optional()
    .describe('A user, an access key and a policy of this bucket are made with it. Default: when the provider has an IAM endpoint.'),
  versioning: versioning.optional(),
  encryption: encryption.optional(),
  publicAccess: publicAccess.optional(),
  ownership: ownership.optional(),
  acl: acl.optional().describe('Not with the ownership BucketOwnerEnforced, which switches ACLs off.'),
  objectLock: objectLock.optional(),
  lifecycle: lifecycle.optional(),
  cors: cors.optional(),
  logging: logging.optional(),
  website: website.optional(),
  notification: notification.optional().describe('Who is told what happens to objects. {}: nobody.'),
  replication: replication.optional().describe('New objects are copied to other buckets. It needs versioning, there and here.'),
  compliance: compliance.optional().describe('Only on Wasabi; buckets with object lock have it instead.'),
  tagging: z.object({ tags: tags.default({}), mode: tagsMode }).optional(),
  adoptionPolicy,
  driftPolicy,
  managementPolicies,
  onMissing,
  unsupported: z
    .enum(['Report', 'Ignore'])
    .default('Report')
    .describe('What is said of settings that the server does not know. Ignore: the bucket is Ready without them.'),
  deletionPolicy: deletionPolicy('Retain'),
  forceDelete: z.boolean().default(false).describe('With the deletionPolicy Delete: the bucket is emptied first, with all versions.'),
  bypassGovernanceRetention: z
    .boolean()
    .default(false)
    .describe('When it is emptied: also objects under retention in the mode GOVERNANCE.'),
  deletionProtection: z.boolean().default(false).describe('The bucket is not deleted while this is true, whatever the deletionPolicy.'),
})

export const STATES = ['Synced', 'Drifted', 'Unsupported', 'Rewritten', 'Denied', 'Failed'] as const

const status = z.object({
  ...common,
  bucketName: z.string().optional(),
  arn: z.string().optional(),
  region: z.string().optional(),
  exists: z.boolean().optional(),
  provider: reference().optional().describe('That with which it was last worked on.'),
  configuration: listMap(
    z.object({
      name: z.string(),
      state: z.enum(STATES),
      message: z.string().optional(),
      wanted: z.string().optional().describe('A hash of what was last written.'),
      seen: z.string().optional().describe('A hash of what the server had made of it.'),
    }),
    ['name'],
  )
    .optional()
    .describe('The settings that the spec names, one by one.'),
  credentialsSecret: z.string().optional().describe('Where the access key is, with autoManage.'),
  emptying: z
    .object({ deleted: z.int().min(0), stuck: z.int().min(0).default(0), first: z.string().optional() })
    .optional()
    .describe('How far the bucket is emptied.'),
})

const lockable = cel(immutableFields(fields, ['region']), 'has(self.objectLock) == has(oldSelf.objectLock)', {
  message: 'object lock is decided when the bucket is made',
  fieldPath: '.objectLock',
})

const bypassing = cel(lockable, '!self.bypassGovernanceRetention || self.forceDelete', {
  message: 'bypassGovernanceRetention is for emptying: it needs forceDelete',
  fieldPath: '.bypassGovernanceRetention',
})

const owned = cel(bypassing, "!has(self.acl) || !has(self.ownership) || self.ownership != 'BucketOwnerEnforced'", {
  message: 'acl has no effect with the ownership BucketOwnerEnforced: take one of them out',
  fieldPath: '.acl',
})

const retaining = cel(owned, '!has(self.compliance) || !has(self.objectLock)', {
  message: 'compliance and objectLock exclude each other',
  fieldPath: '.compliance',
})

const replicating = cel(
  retaining,
  '!has(self.replication) || self.replication.rules.size() == 0 || !has(self.versioning) || self.versioning.enabled',
  { message: 'replication needs versioning', fieldPath: '.versioning' },
)

const spec = cel(replicating, '!has(self.objectLock) || !has(self.versioning) || self.versioning.enabled', {
  message: 'object lock needs versioning',
  fieldPath: '.versioning',
})

export const Bucket = defineKind({
  group: GROUP,
  version: VERSION,
  kind: 'Bucket',
  shortNames: ['s3bkt'],
  categories: ['s3'],
  description: 'A bucket and its settings. Of settings that are not named here nothing is touched.',
  spec,
  status,
  printerColumns: [
    { name: 'Bucket', type: 'string', jsonPath: '.spec.name' },
    { name: 'Provider', type: 'string', jsonPath: '.spec.providerRef.name' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', priority: 1 },
  ],
})

export type Bucket = ObjectOf<typeof Bucket>
export type BucketSpec = Bucket['spec']
export type BucketStatus = NonNullable<Bucket['status']>
