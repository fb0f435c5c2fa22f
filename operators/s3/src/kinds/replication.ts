import { listMap, z } from 'kubewright'

const rule = z
  .object({
    id: z.string().min(1).max(255),
    status: z.enum(['Enabled', 'Disabled']).default('Enabled'),
    priority: z
      .int()
      .min(0)
      .max(2_147_483_647)
      .optional()
      .describe('Of two rules for one object and one destination the higher counts. Default: the earlier in the list is higher.'),
    prefix: z.string().max(1_024).optional().describe('Default: all objects.'),
    tags: z.record(z.string(), z.string().max(256)).optional().describe('Objects with all of these tags.'),
    deleteMarkers: z.boolean().default(false).describe('Whether markers of deletion are copied.'),
    destination: z.object({
      bucket: z
        .string()
        .min(3)
        .max(2_048)
        .describe('The name of a bucket with versions, which there is already; or, where the server has such, the ARN of a target.'),
      account: z
        .string()
        .regex(/^[0-9]{12}$/)
        .optional()
        .describe('Whose bucket it is, if it is of another account.'),
      storageClass: z.string().min(1).max(64).optional().describe("Default: the object's."),
      kmsKeyId: z
        .string()
        .min(1)
        .max(2_048)
        .optional()
        .describe('Objects that are encrypted with KMS are copied too, and encrypted with this key.'),
    }),
  })
  .meta({
    rules: [
      { rule: '!(self.deleteMarkers && has(self.tags))', message: 'markers of deletion have no tags: take out tags, or deleteMarkers' },
    ],
  })

/** An empty list ends the replication. What was copied stays. */
export const replication = z
  .object({
    role: z
      .string()
      .max(2_048)
      .regex(/^arn:[^\s]+$/)
      .optional()
      .describe('In whose name the server copies. A Provider with policyConstraints must allow it.'),
    rules: listMap(rule, ['id'], { max: 100 }).default([]),
  })
  .meta({ rules: [{ rule: 'has(self.role) || self.rules.size() == 0', message: 'rules need a role' }] })
