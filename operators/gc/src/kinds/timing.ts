import { timestamp, timeZone, weeklyWindow, z } from 'kubewright'
import { fieldPath } from './fields.ts'

export const keep = z
  .object({
    newest: z.int().min(0).max(100_000).describe('So many of each group are kept, the newest.'),
    groupBy: z
      .array(fieldPath)
      .max(5)
      .default([])
      .describe('Objects with equal values at all these paths are a group, within their namespace. None: all objects of a namespace.'),
    orderBy: fieldPath.default('@createdAt').describe('The time by which they are ordered: a path or a name as in ttl.relativeTo.'),
  })
  .describe('The newest of each group are kept, of those for which the conditions hold. Without ttl the others are due at once.')

export const schedule = z
  .object({
    cron: z.string().min(1).max(256).describe('When deletions may begin: five fields, or @daily.'),
    timeZone: timeZone(),
    startingDeadlineSeconds: z
      .int()
      .min(10)
      .max(604_800)
      .default(900)
      .describe('They may begin so long after a tick, and go on no longer; what is not deleted by then waits for the next.'),
  })
  .describe('Objects that have fallen due are deleted at these times only.')

export const windows = z
  .array(weeklyWindow())
  .min(1)
  .max(20)
  .describe('Objects that have fallen due are deleted only in one of these windows.')

export const freezes = z
  .array(
    z
      .object({ from: timestamp(), to: timestamp() })
      .meta({ rules: [{ rule: 'timestamp(self.from) < timestamp(self.to)', message: 'from must be before to' }] }),
  )
  .min(1)
  .max(50)
  .describe('Nothing is deleted in these times.')
