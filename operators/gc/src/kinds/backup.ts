import { z } from 'kubewright'
import { seconds } from './fields.ts'

export const backup = z
  .object({
    to: z.enum(['Secret', 'ConfigMap']).default('Secret').describe('What it is kept in. A Secret is kept in Secrets only.'),
    keepForSeconds: seconds.min(60).max(315_360_000).default(2_592_000).describe('So long; then the backup is deleted.'),
    keepLast: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('At most so many backups of this policy in a namespace; the oldest go first, whatever their time.'),
  })
  .describe(
    'Before an object is deleted it is kept whole, in its own namespace, and `kubewright gc restore` brings it back. What cannot be kept is not deleted. Needs the right to create what it is kept in.',
  )
