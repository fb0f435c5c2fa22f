import { DAYS_OF_WEEK } from '@kubewright/core'
import { z } from 'zod'

/** The name of a time zone. Whether the zone exists its reader's tz database says: core's `Zone` throws. */
export function timeZone() {
  return z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_+/-]*$/)
    .max(64)
    .default('UTC')
    .describe('A name of the IANA database, such as Europe/Berlin. Summer time is followed.')
}

/** Some days of the week, from one time of the day to another. It stays as it is; core's `WeeklyWindow` reads it. */
export function weeklyWindow() {
  const timeOfDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/)
  return z.object({
    days: z.array(z.enum(DAYS_OF_WEEK)).min(1).max(7).optional().describe('Absent: every day.'),
    from: timeOfDay.describe('HH:MM.'),
    to: timeOfDay.describe('HH:MM. When it is not later than "from" it is on the next day.'),
    timeZone: timeZone(),
  })
}
