import { z } from 'kubewright'

/** How old keys get. */
export const rotation = (enabled: boolean) =>
  z
    .object({
      enabled: z.boolean().default(enabled),
      intervalDays: z.int().min(1).max(365).default(90),
      schedule: z
        .string()
        .min(1)
        .max(256)
        .optional()
        .describe('In place of intervalDays: a cron expression, such as "0 3 1 */3 *". What was missed is made up for by one rotation.'),
      timeZone: z.string().min(1).max(64).default('UTC').describe('Of the schedule, such as Europe/Berlin.'),
      whenUnusedDays: z
        .int()
        .min(1)
        .max(365)
        .optional()
        .describe('Besides: a key that nobody has used for so long is replaced. Only where the server tells when keys were used.'),
      previousKeysRetentionDays: z
        .int()
        .min(0)
        .max(30)
        .default(7)
        .describe('So long the key of before still works. 0: it is retired at once.'),
      previousKeysUnusedHours: z
        .int()
        .min(6)
        .max(720)
        .optional()
        .describe('The key of before is retired before its time when nobody has used it for so long. Servers tell of a use hours later.'),
      previousKeysExtensionDays: z
        .int()
        .min(1)
        .max(90)
        .optional()
        .describe('So long at most the key of before works on when somebody has used it on the last day of its time.'),
    })
    .meta({
      rules: [
        {
          rule: '!self.enabled || self.previousKeysRetentionDays < self.intervalDays',
          message: 'previousKeysRetentionDays must be less than intervalDays: a user has two keys at most',
        },
      ],
    })
