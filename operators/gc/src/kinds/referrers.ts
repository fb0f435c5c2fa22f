import { z } from 'kubewright'
import { REFERRED_KINDS } from '../facts/references.ts'
import { fieldPath } from './fields.ts'

const field = z.object({
  path: fieldPath.describe('Where the object says the name, or names.'),
  refersTo: z.enum(REFERRED_KINDS).describe('The kind of what is named there.'),
  namespacePath: fieldPath
    .optional()
    .describe('Where it says the namespace of it. Absent: its own. Of a ClusterGarbageCollectionPolicy only.'),
})

export const referrers = z
  .array(
    z.object({
      apiVersion: z.string().min(1).max(317),
      kind: z.string().min(1).max(63),
      fields: z
        .array(field)
        .min(1)
        .max(20)
        .optional()
        .describe(
          'Fields that refer to something by other names than Kubernetes’ own types use, which are looked at anyway: secretName, configMapRef, ….',
        ),
    }),
  )
  .min(1)
  .max(50)
  .describe(
    'Kinds beside Kubernetes’ own whose objects may refer to what this policy is about, for the state Unused and @unusedSince. While one of them cannot be read, or is not served, nothing counts as unused.',
  )
