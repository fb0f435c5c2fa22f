import { intOrString, z } from 'kubewright'

// The fields of zen-gc's v1alpha1, name for name, with checks where it had none. Bounds on lengths are there for the CEL cost estimate of the
// API server, which multiplies them; they are far above sensible use.

const fieldPath = z.string().min(1).max(512)
const seconds = z.int().min(1)

export const labelSelector = z
  .object({
    matchLabels: z.record(z.string(), z.string()).optional(),
    matchExpressions: z
      .array(
        z.object({
          key: z.string().min(1).max(317),
          operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
          values: z.array(z.string().max(63)).max(100).optional(),
        }),
      )
      .max(100)
      .optional(),
  })
  .describe('Only objects with these labels. Evaluated by the API server.')

export const targetResource = z
  .object({
    apiVersion: z
      .string()
      .regex(/^([a-z0-9.-]+\/)?[a-z][a-z0-9]*$/)
      .max(317)
      .describe('"v1", or "group/version".'),
    kind: z
      .string()
      .regex(/^[A-Z][A-Za-z0-9]*$/)
      .max(63),
    namespace: z
      .string()
      .regex(/^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)?$/)
      .max(63)
      .optional()
      .describe(
        'One namespace. A GarbageCollectionPolicy works in its own and may name no other; for a ClusterGarbageCollectionPolicy empty or "*" means all.',
      ),
    labelSelector: labelSelector.optional(),
    fieldSelector: z
      .object({ matchFields: z.record(z.string(), z.string()) })
      .optional()
      .describe(
        'Only objects with these values at these paths, such as "status.phase": "Failed". All must match; numbers and booleans match their text.',
      ),
  })
  .describe('Which objects the policy is about.')

export const ttl = z
  .object({
    secondsAfterCreation: seconds.optional().describe('Fixed: so long after the creation of the object.'),
    fieldPath: fieldPath
      .optional()
      .describe(
        'From the object: a path to its time to live after creation (3600, "1h30m", "7d", "P1DT2H"), to a date, to "never", or to a key of mappings.',
      ),
    mappings: z.record(z.string(), seconds).optional().describe('Mapped: seconds after creation by the value at fieldPath.'),
    default: seconds
      .optional()
      .describe('Seconds after creation when the object has nothing at fieldPath, or nothing that mappings knows.'),
    relativeTo: fieldPath.optional().describe('Relative: a path to an RFC 3339 time in the object, such as "status.completionTime".'),
    secondsAfter: z.int().min(0).optional().describe('So long after the time at relativeTo.'),
  })
  .meta({
    description: 'When an object falls due. Of several modes the first counts: secondsAfterCreation, then fieldPath, then relativeTo.',
    rules: [
      {
        rule: 'has(self.secondsAfterCreation) || has(self.fieldPath) || has(self.relativeTo)',
        message: 'one of secondsAfterCreation, fieldPath and relativeTo is required',
      },
      { rule: 'has(self.relativeTo) == has(self.secondsAfter)', message: 'relativeTo and secondsAfter go together' },
      { rule: 'has(self.fieldPath) || !has(self.mappings)', message: 'mappings needs fieldPath' },
      { rule: 'has(self.fieldPath) || !has(self.default)', message: 'default needs fieldPath' },
    ],
  })

export const conditions = z
  .object({
    phase: z.array(z.string().max(253)).min(1).max(50).optional().describe('status.phase is one of these.'),
    hasLabels: z
      .array(
        z
          .object({
            key: z.string().min(1).max(317),
            value: z.string().max(6400).optional().describe('For In and NotIn: values with commas between them.'),
            operator: z.enum(['Exists', 'Equals', 'In', 'NotIn']).default('Equals').describe('NotIn also holds when the label is absent.'),
          })
          .meta({
            rules: [{ rule: "self.operator == 'Exists' || has(self.value)", message: 'value is required unless the operator is Exists' }],
          }),
      )
      .max(50)
      .optional(),
    hasAnnotations: z
      .array(
        z.object({
          key: z.string().min(1).max(317),
          value: z.string().max(4096).optional().describe('Absent: the annotation is there, with any value.'),
        }),
      )
      .max(50)
      .optional(),
    and: z
      .array(
        z
          .object({
            fieldPath,
            operator: z.enum(['Equals', 'NotEquals', 'In', 'NotIn', 'Exists', 'DoesNotExist']),
            value: intOrString().optional(),
            values: z.array(intOrString()).max(100).optional(),
          })
          .meta({
            rules: [
              {
                rule: "(self.operator in ['Equals', 'NotEquals']) == has(self.value)",
                message: 'value goes with Equals and NotEquals, and with no other operator',
              },
              {
                rule: "(self.operator in ['In', 'NotIn']) == has(self.values)",
                message: 'values goes with In and NotIn, and with no other operator',
              },
            ],
          }),
      )
      .max(50)
      .optional()
      .describe(
        'Comparisons of fields. Numbers and booleans compare with their text; of a list one item has to match. Without the field only DoesNotExist holds.',
      ),
  })
  .describe('An object falls due only while all of these hold.')

export const behavior = z
  .object({
    maxDeletionsPerSecond: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe("At most so many a second by this policy. Default: the operator's --gc-max-deletions-per-second."),
    batchSize: z
      .int()
      .min(1)
      .max(10_000)
      .default(50)
      .describe('At most so many are sent back to back to catch up after a delay, within the rate.'),
    dryRun: z.boolean().default(false).describe('Delete nothing; count in status.wouldDelete what would go.'),
    propagationPolicy: z
      .enum(['Foreground', 'Background', 'Orphan'])
      .default('Background')
      .describe('What becomes of the dependents. Always sent: the default of some kinds is Orphan.'),
    gracePeriodSeconds: z.int().min(0).optional(),
  })
  .describe('How objects are deleted.')

export const policySpec = z.object({
  targetResource,
  ttl,
  conditions: conditions.optional(),
  behavior: behavior.prefault({}),
  evaluationInterval: z
    .string()
    .regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/)
    .max(32)
    .optional()
    .describe('Look at all objects again so often, at least 1s. Not needed: an object is looked at when it changes and when it falls due.'),
  paused: z.boolean().default(false).describe('Delete nothing, and let no other policy delete what this one would have decided about.'),
})
