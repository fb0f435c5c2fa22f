import { defineKind, immutable, immutableFields, type ObjectOf, z } from 'kubewright'
import { GROUP, VERSION } from './group.ts'
import { adoptionPolicy, deletionPolicy, driftPolicy, managementPolicies, onMissing, tags, tagsMode } from './management.ts'
import { policyDocument } from './policy-document.ts'
import { reference } from './reference.ts'
import { common } from './status.ts'

const fields = z.object({
  providerRef: immutable(reference()),
  name: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[\w+=,.@-]+$/)
    .optional()
    .describe('On the server. Default: the name of this object.'),
  path: z
    .string()
    .max(512)
    .regex(/^\/([!-~]*\/)?$/)
    .optional(),
  description: z.string().max(1_000).optional(),
  policy: policyDocument,
  tags: tags.optional(),
  tagsMode,
  adoptionPolicy,
  driftPolicy,
  managementPolicies,
  onMissing: onMissing.default('Recreate'),
  deletionPolicy: deletionPolicy('Delete'),
  inUse: z
    .enum(['Wait', 'Detach'])
    .default('Wait')
    .describe('What is done on deletion while it is attached. Wait: nothing, until no User refers to it and nobody else has it.'),
})

const status = z.object({
  ...common,
  policyArn: z.string().optional(),
  applied: z.boolean().optional(),
  version: z.string().optional().describe('The default version.'),
  attachedUsers: z.array(z.string()).max(100).optional(),
})

export const IAMPolicy = defineKind({
  group: GROUP,
  version: VERSION,
  kind: 'IAMPolicy',
  plural: 'iampolicies',
  shortNames: ['iamp'],
  categories: ['s3'],
  description: 'A managed policy of the IAM of a provider, which Users can have attached.',
  spec: immutableFields(fields, ['name', 'path', 'description']),
  status,
  printerColumns: [
    { name: 'ARN', type: 'string', jsonPath: '.status.policyArn' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', priority: 1 },
  ],
})

export type IAMPolicy = ObjectOf<typeof IAMPolicy>
