import { listMap, z } from 'kubewright'

const days = z.int().min(1).max(36_500)
/** A day, as S3 takes it: midnight UTC. A time of day is cut off. */
const date = z.string().regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+Z)?$/, 'must be a date such as 2027-01-31')
const size = z.int().min(0)

const transition = z
  .object({ days: z.int().min(0).max(36_500).optional(), date: date.optional(), storageClass: z.string().min(1).max(64) })
  .meta({ rules: [{ rule: 'has(self.days) || has(self.date)', message: 'days or date must be set' }] })

const rule = z
  .object({
    id: z.string().min(1).max(255),
    status: z.enum(['Enabled', 'Disabled']).default('Enabled'),
    prefix: z.string().max(1_024).optional().describe('Default: all objects.'),
    tags: z.record(z.string(), z.string().max(256)).optional().describe('Objects with all of these tags.'),
    objectSizeGreaterThan: size.optional().describe('Bytes.'),
    objectSizeLessThan: size.optional().describe('Bytes.'),
    expiration: z
      .object({
        days: days.optional(),
        date: date.optional().describe('With days as well, days count.'),
        expiredObjectDeleteMarker: z.boolean().optional(),
      })
      .optional(),
    transitions: z.array(transition).max(10).optional(),
    noncurrentVersionExpiration: z.object({ noncurrentDays: days, newerNoncurrentVersions: z.int().min(1).max(100).optional() }).optional(),
    noncurrentVersionTransitions: z
      .array(
        z.object({
          noncurrentDays: z.int().min(0).max(36_500),
          newerNoncurrentVersions: z.int().min(1).max(100).optional(),
          storageClass: z.string().min(1).max(64),
        }),
      )
      .max(10)
      .optional(),
    abortIncompleteMultipartUpload: z.object({ daysAfterInitiation: days }).optional(),
  })
  .meta({
    rules: [
      {
        rule: 'has(self.expiration) || has(self.transitions) || has(self.noncurrentVersionExpiration) || has(self.noncurrentVersionTransitions) || has(self.abortIncompleteMultipartUpload)',
        message:
          'a rule must do something: expiration, transitions, noncurrentVersionExpiration, noncurrentVersionTransitions or abortIncompleteMultipartUpload',
      },
      {
        rule: '!has(self.abortIncompleteMultipartUpload) || !(has(self.tags) || has(self.objectSizeGreaterThan) || has(self.objectSizeLessThan))',
        message: 'abortIncompleteMultipartUpload goes with a prefix only: unfinished uploads have neither tags nor a size',
      },
    ],
  })

/** An empty list removes the lifecycle from the bucket; without the field it is left as it is. */
export const lifecycle = z.object({ rules: listMap(rule, ['id'], { max: 100 }).default([]) })
