import { defineKind, immutable, type ObjectOf, z } from 'kubewright'
import { GROUP, VERSION } from './group.ts'
import { deletionPolicy, driftPolicy } from './management.ts'
import { policyDocument } from './policy-document.ts'
import { reference } from './reference.ts'
import { common } from './status.ts'

const spec = z.object({
  bucketRef: immutable(reference()),
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: placeholders of policies, and not of this text
  policy: policyDocument.describe(
    'In it ${bucketArn} stands for the bucket, and ${userArn:NAME} for the User of that name in the same namespace.',
  ),
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: placeholders of policies, and not of this text
  driftPolicy,
  allowSelfLockout: z
    .boolean()
    .default(false)
    .describe('Takes a policy that denies everybody everything, which also keeps this operator out.'),
  deletionPolicy: deletionPolicy('Delete'),
})

const status = z.object({
  ...common,
  applied: z.boolean().optional(),
  bucketName: z.string().optional(),
  provider: reference().optional().describe('That with which it was last worked on.'),
  appliedHash: z.string().optional().describe('Of the policy that was last written.'),
  seenHash: z.string().optional().describe('Of what the server had made of it.'),
})

export const BucketPolicy = defineKind({
  group: GROUP,
  version: VERSION,
  kind: 'BucketPolicy',
  plural: 'bucketpolicies',
  shortNames: ['s3policy'],
  categories: ['s3'],
  description: 'The policy of a bucket: who may do what with it.',
  spec,
  status,
  printerColumns: [
    { name: 'Bucket', type: 'string', jsonPath: '.spec.bucketRef.name' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', priority: 1 },
  ],
})

export type BucketPolicy = ObjectOf<typeof BucketPolicy>
