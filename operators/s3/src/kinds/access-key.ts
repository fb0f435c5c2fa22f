import { defineKind, immutable, listMap, type ObjectOf, timestamp, z } from 'kubewright'
import { GROUP, ROTATE, VERSION } from './group.ts'
import { deletionPolicy, tags } from './management.ts'
import { policyDocument } from './policy-document.ts'
import { reference } from './reference.ts'
import { secretTemplate } from './secret-template.ts'
import { common } from './status.ts'

/** How old keys get. */
export const rotation = (enabled: boolean) =>
  z
    .object({
      enabled: z.boolean().default(enabled),
      intervalDays: z.int().min(1).max(365).default(90),
      previousKeysRetentionDays: z
        .int()
        .min(0)
        .max(30)
        .default(7)
        .describe('So long the key of before still works. 0: it is retired at once.'),
    })
    .meta({
      rules: [
        {
          rule: '!self.enabled || self.previousKeysRetentionDays < self.intervalDays',
          message: 'previousKeysRetentionDays must be less than intervalDays: a user has two keys at most',
        },
      ],
    })

const spec = z.object({
  providerRef: immutable(reference()),
  userRef: immutable(reference()),
  displayName: z.string().min(1).max(256).optional().describe('Stands in the Secret as an annotation.'),
  policy: policyDocument.optional().describe('An inline policy of its own on the user.'),
  tags: tags.optional().describe('Stand in the Secret as annotations: keys of IAM have none.'),
  rotate: rotation(false).optional(),
  state: z.enum(['Active', 'Inactive']).default('Active').describe('Inactive: the key is kept, and the server refuses it.'),
  foreignKeys: z
    .enum(['Report', 'Deactivate', 'Delete'])
    .default('Report')
    .describe('What is done with keys of the user that are not of this object.'),
  secretTemplate: secretTemplate.optional(),
  deletionPolicy: deletionPolicy('Delete'),
})

const status = z.object({
  ...common,
  accessKeyId: z.string().optional(),
  userName: z.string().optional(),
  userId: z.string().optional(),
  created: z.boolean().optional(),
  secretName: z.string().optional(),
  lastRotateTime: timestamp().optional(),
  nextRotateTime: timestamp().optional(),
  rotateRequest: z.string().optional().describe(`The value of the annotation ${ROTATE} that was last acted on.`),
  keys: listMap(
    z.object({
      id: z.string(),
      state: z.enum(['Current', 'Previous']),
      createdAt: timestamp(),
      expiresAt: timestamp().optional(),
      inactive: z.boolean().optional(),
    }),
    ['id'],
  )
    .optional()
    .describe('Every key that is of this object.'),
  pending: z
    .object({ nonce: z.string(), at: timestamp(), by: z.string(), baseline: z.array(z.string()) })
    .optional()
    .describe('A key is about to be made: one that is there then and not in the baseline is ours.'),
  recentIntents: z
    .array(z.object({ nonce: z.string(), at: timestamp(), baseline: z.array(z.string()) }))
    .optional()
    .describe('Earlier ones that came to nothing, as far as one could see.'),
  policyName: z.string().optional().describe('The inline policy that was put on the user.'),
})

export const AccessKey = defineKind({
  group: GROUP,
  version: VERSION,
  kind: 'AccessKey',
  shortNames: ['s3key'],
  categories: ['s3'],
  description: 'An access key of a User, in a Secret, and its rotation.',
  spec,
  status,
  printerColumns: [
    { name: 'User', type: 'string', jsonPath: '.spec.userRef.name' },
    { name: 'Key', type: 'string', jsonPath: '.status.accessKeyId' },
    { name: 'Rotates', type: 'string', jsonPath: '.status.nextRotateTime' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', priority: 1 },
  ],
})

export type AccessKey = ObjectOf<typeof AccessKey>
export type AccessKeySpec = AccessKey['spec']
export type AccessKeyStatus = NonNullable<AccessKey['status']>
