import { z } from 'kubewright'

// Bounds on lengths are there for the CEL cost estimate of the API server, which multiplies them; they are far above sensible use.

export const fieldPath = z.string().min(1).max(512)
export const seconds = z.int().min(1)
export const labelKey = z.string().min(1).max(317)

/** A namespace's name, or the beginning of one with a star. */
export const namespacePattern = z
  .string()
  .regex(/^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?\*?|[a-z0-9][-a-z0-9]*\*)$/)
  .max(63)

export const labelSelector = z.object({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(
      z.object({
        key: labelKey,
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string().max(63)).max(100).optional(),
      }),
    )
    .max(100)
    .optional(),
})
