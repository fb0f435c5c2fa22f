import { z } from 'kubewright'
import { seconds } from './fields.ts'

export const backup = z
  .object({
    to: z
      .enum(['Secret', 'ConfigMap', 'S3'])
      .default('Secret')
      .describe('What it is kept in; S3: the bucket of whoever runs the operator. A Secret is never kept in a ConfigMap.'),
    keepForSeconds: seconds.min(60).max(315_360_000).default(2_592_000).describe('So long; then the backup is deleted.'),
    keepLast: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('At most so many backups of this policy in a namespace; the oldest go first, whatever their time.'),
  })
  .describe(
    'Before an object is deleted it is kept whole, in its own namespace or in a bucket, and `kubewright gc restore` brings it back. What cannot be kept is not deleted. Needs the right to create what it is kept in.',
  )
