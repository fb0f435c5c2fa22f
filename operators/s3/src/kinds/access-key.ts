import { cel, defineKind, immutable, listMap, type ObjectOf, timestamp, z } from 'kubewright'
import { GROUP, ROTATE, VERSION } from './group.ts'
import { deletionPolicy, tags } from './management.ts'
import { policyDocument } from './policy-document.ts'
import { reference } from './reference.ts'
import { rotation } from './rotation.ts'
import { secretTemplate } from './secret-template.ts'
import { common } from './status.ts'

const spec = z.object({
  providerRef: immutable(reference()),
  userRef: immutable(reference()),
  displayName: z.string().min(1).max(256).optional().describe('Stands in the Secret as an annotation.'),
  policy: policyDocument.optional().describe('An inline policy of its own on the user.'),
  tags: cel(tags, "self.all(name, name.size() <= 63 && name.matches('^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$'))", {
    message: 'names of tags become annotations of the Secret: letters, digits, - _ . and at most 63 of them',
  })
    .optional()
    .describe('Stand in the Secret as annotations: keys of IAM have none.'),
  rotate: rotation(false).optional(),
  state: z.enum(['Active', 'Inactive']).default('Active').describe('Inactive: the key is kept, and the server refuses it.'),
  foreignKeys: z
    .enum(['Report', 'Deactivate', 'Delete'])
    .default('Report')
    .describe('What is done with keys of the user that are not of this object.'),
  secretTemplate: secretTemplate.optional(),
  adoptionPolicy: z
    .enum(['Never', 'Always'])
    .default('Never')
    .describe('Always: a Secret of that name that was there before is taken over, if a key of the user is in it that works.'),
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
