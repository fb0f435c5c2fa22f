import { z } from 'kubewright'
import { labelSelector, namespacePattern } from './fields.ts'

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
    namespaces: z
      .array(namespacePattern)
      .min(1)
      .max(100)
      .optional()
      .describe('Of a ClusterGarbageCollectionPolicy: only in these namespaces. A star at the end stands for any rest, as in "preview-*".'),
    excludeNamespaces: z
      .array(namespacePattern)
      .max(100)
      .optional()
      .describe('Of a ClusterGarbageCollectionPolicy: not in these namespaces, whatever else selects them.'),
    namespaceSelector: labelSelector
      .optional()
      .describe('Of a ClusterGarbageCollectionPolicy: only in namespaces with these labels. While they cannot be read nothing is deleted.'),
    labelSelector: labelSelector.optional().describe('Only objects with these labels. Evaluated by the API server.'),
    fieldSelector: z
      .object({ matchFields: z.record(z.string(), z.string()) })
      .optional()
      .describe(
        'Only objects with these values at these paths, such as "status.phase": "Failed". All must match; numbers and booleans match their text.',
      ),
  })
  .describe('Which objects the policy is about.')
