import { cel, defineKind, immutable, immutableFields, listMap, listSet, type ObjectOf, z } from 'kubewright'
import { GROUP, VERSION } from './group.ts'
import { adoptionPolicy, deletionPolicy, driftPolicy, managementPolicies, onMissing, tags, tagsMode } from './management.ts'
import { policyDocument } from './policy-document.ts'
import { reference } from './reference.ts'
import { common } from './status.ts'

const iamName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w+=,.@-]+$/)

const fields = z.object({
  providerRef: immutable(reference()),
  name: immutable(iamName).describe('On the server.'),
  path: z
    .string()
    .max(512)
    .regex(/^\/([!-~]*\/)?$/)
    .optional()
    .describe('Default: /'),
  policy: policyDocument.optional().describe('An inline policy. Without any policy a user may do nothing.'),
  policyRef: reference().optional().describe('An IAMPolicy that is attached.'),
  inlinePolicies: listMap(z.object({ name: iamName, policy: policyDocument }), ['name'], { max: 20 }).optional(),
  policyRefs: z.array(reference()).max(20).optional().describe('Further IAMPolicies that are attached.'),
  policyARNs: listSet(z.string().min(20).max(2_048), { max: 20 })
    .optional()
    .describe('Managed policies that are attached, and not changed.'),
  attachmentsMode: z
    .enum(['Additive', 'Exclusive'])
    .default('Additive')
    .describe('Exclusive: managed policies and groups that are not named here are taken from the user.'),
  groups: listSet(iamName, { max: 10 }).optional().describe('Groups that there are, to which the user belongs.'),
  tags: tags.optional(),
  tagsMode,
  adoptionPolicy,
  driftPolicy,
  managementPolicies,
  onMissing: onMissing.default('Recreate'),
  deletionPolicy: deletionPolicy('Delete'),
  foreignKeysOnDelete: z
    .enum(['Report', 'Delete'])
    .default('Report')
    .describe(
      'What is done on deletion with access keys that are not of an AccessKey. Report: the deletion waits for somebody to remove them.',
    ),
})

const status = z.object({
  ...common,
  userId: z.string().optional(),
  arn: z.string().optional(),
  created: z.boolean().optional(),
  inlinePolicies: z.array(z.string()).optional().describe('Those that were put on the user for this object.'),
  attachedPolicies: z.array(z.string()).optional().describe('ARNs that were attached for this object.'),
  groups: z.array(z.string()).optional().describe('Groups that the user was put into for this object.'),
})

export const User = defineKind({
  group: GROUP,
  version: VERSION,
  kind: 'User',
  shortNames: ['s3user'],
  categories: ['s3'],
  description: 'A user of the IAM of a provider, and what it may do.',
  spec: cel(immutableFields(fields, ['path']), '!(has(self.policy) && has(self.policyRef))', {
    message: 'policy and policyRef exclude each other',
  }),
  status,
  printerColumns: [
    { name: 'User', type: 'string', jsonPath: '.spec.name' },
    { name: 'Provider', type: 'string', jsonPath: '.spec.providerRef.name' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', priority: 1 },
  ],
})

export type User = ObjectOf<typeof User>
