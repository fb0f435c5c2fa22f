import { intOrString, z } from 'kubewright'
import { COMPARISONS } from '../conditions/comparison.ts'
import { STATES } from '../states/states.ts'
import { fieldPath, labelKey } from './fields.ts'

const labelCondition = z
  .object({
    key: labelKey,
    value: z.string().max(6400).optional().describe('For In and NotIn: values with commas between them.'),
    values: z.array(z.string().max(63)).min(1).max(100).optional().describe('For In and NotIn.'),
    operator: z
      .enum(['Exists', 'DoesNotExist', 'Equals', 'In', 'NotIn'])
      .default('Equals')
      .describe('NotIn also holds when the label is absent.'),
  })
  .meta({
    rules: [
      {
        rule: "(self.operator in ['Exists', 'DoesNotExist']) == !(has(self.value) || has(self.values))",
        message: 'value is required unless the operator is Exists or DoesNotExist, which take none',
      },
      { rule: '!(has(self.value) && has(self.values))', message: 'value and values exclude each other' },
    ],
  })

const annotationCondition = z.object({
  key: labelKey,
  value: z.string().max(4096).optional().describe('Absent: the annotation is there, with any value.'),
  operator: z
    .enum(['Exists', 'DoesNotExist', 'Equals', 'NotEquals', 'Matches'])
    .optional()
    .describe('Absent: Equals when there is a value, else Exists.'),
})

const comparison = z.object({
  fieldPath,
  operator: z
    .enum(COMPARISONS)
    .describe(
      'Equals, NotEquals, In, NotIn compare text; Exists and DoesNotExist take no value; GreaterThan, GreaterOrEqual, LessThan, LessOrEqual compare numbers, quantities (1Gi), durations and times; Matches and DoesNotMatch take a regular expression (RE2); OlderThan and YoungerThan take an age (7d); Before and After a time.',
    ),
  value: intOrString().optional(),
  values: z.array(intOrString()).max(100).optional(),
})

const checkedComparison = comparison.meta({
  rules: [
    {
      rule: "self.operator in ['In', 'NotIn', 'Exists', 'DoesNotExist'] ? !has(self.value) : has(self.value)",
      message: 'value goes with every operator but In, NotIn, Exists and DoesNotExist',
    },
    {
      rule: "(self.operator in ['In', 'NotIn']) == has(self.values)",
      message: 'values goes with In and NotIn, and with no other operator',
    },
  ],
})

const ownerGone = z
  .object({
    apiVersion: z.string().min(1).max(317),
    kind: z.string().min(1).max(63),
    namePath: fieldPath.optional().describe('Where the object says the name of its owner. Absent: in its ownerReferences.'),
    namespacePath: fieldPath
      .optional()
      .describe('Where it says the namespace of its owner. Absent: its own. Of a ClusterGarbageCollectionPolicy only.'),
  })
  .describe('The object names another that is no longer there. An object that names none is not meant.')

const plain = {
  phase: z.array(z.string().max(253)).min(1).max(50).optional().describe('status.phase is one of these.'),
  state: z
    .array(z.enum(STATES))
    .min(1)
    .max(STATES.length)
    .optional()
    .describe(
      'The object is in one of these states, as its kind tells it. Succeeded, Failed, Finished: Jobs, Pods, workflows. Evicted: Pods. ScaledToZero: by spec and status.replicas. Released: PersistentVolumes. Superseded: Secrets of Helm. Orphaned: without owner. Unused: a ConfigMap, Secret, PersistentVolumeClaim or ServiceAccount that nothing is seen to refer to.',
    ),
  cel: z
    .array(z.string().min(1).max(4096))
    .min(1)
    .max(10)
    .optional()
    .describe('Expressions of the Common Expression Language about "object", and "now". One that fails keeps the object.'),
}

/** Half as deep as one can still read; CEL says the rest. A structural schema has no recursion. */
const inner = z.object({
  ...plain,
  hasLabels: z
    .array(labelCondition.meta({ rules: [] }))
    .max(20)
    .optional(),
  hasAnnotations: z.array(annotationCondition).max(20).optional(),
  and: z.array(comparison).max(20).optional().describe('All of these comparisons.'),
})

const middle = inner.extend({
  or: z.array(inner).min(1).max(10).optional().describe('One of these holds at least.'),
  not: z.array(inner).min(1).max(10).optional().describe('None of these holds.'),
})

export const conditions = z
  .object({
    ...plain,
    hasLabels: z.array(labelCondition).max(50).optional(),
    hasAnnotations: z.array(annotationCondition).max(50).optional(),
    and: z
      .array(checkedComparison)
      .max(50)
      .optional()
      .describe(
        'Comparisons of fields. Numbers and booleans compare with their text; of a list one item has to match. Without the field only DoesNotExist holds.',
      ),
    or: z.array(middle).min(1).max(20).optional().describe('One of these holds at least.'),
    not: z.array(middle).min(1).max(20).optional().describe('None of these holds.'),
    ownerGone: ownerGone.optional(),
  })
  .describe('An object falls due only while all of these hold.')
