import { parseTime } from 'kubewright'
import type { PolicySpec } from '../kinds/policies.ts'
import { Cron } from '../time/cron.ts'
import { anyOpening, cronOpening, type Opening, opening, weeklyOpening } from '../time/opening.ts'
import { complement, union } from '../time/spans.ts'
import { Zone } from '../time/zone.ts'
import { within } from './within.ts'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const MINUTE = 60

/** What a policy says about when it may delete: all of these have to be open. @throws Error naming the field */
export function openingsOf({ schedule, windows, freezes }: Pick<PolicySpec, 'schedule' | 'windows' | 'freezes'>): readonly Opening[] {
  return [
    ...(schedule === undefined
      ? []
      : [
          within('schedule', () =>
            cronOpening(new Cron(schedule.cron, new Zone(schedule.timeZone)), schedule.startingDeadlineSeconds * 1_000),
          ),
        ]),
    ...(windows === undefined ? [] : [anyOpening(windows.map((window, index) => within(`windows[${index}]`, () => windowOf(window))))]),
    ...(freezes === undefined ? [] : [within('freezes', () => thaw(freezes))]),
  ]
}

function windowOf({ days = DAYS, from, to, timeZone }: NonNullable<PolicySpec['windows']>[number]): Opening {
  return weeklyOpening({
    days: new Set(days.map((day) => DAYS.indexOf(day))),
    from: minutesOf(from),
    to: minutesOf(to),
    zone: new Zone(timeZone),
  })
}

function minutesOf(text: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (match === null) throw new Error(`"${text}" is no time of the day: write it like 22:00`)
  return Number(match[1]) * MINUTE + Number(match[2])
}

function thaw(freezes: NonNullable<PolicySpec['freezes']>): Opening {
  const spans = freezes.map(({ from, to }) => {
    const span = { from: parseTime(from), until: parseTime(to) }
    if (span.from === undefined || span.until === undefined) throw new Error(`"${span.from === undefined ? from : to}" is no RFC 3339 time`)
    if (span.from >= span.until) throw new Error(`"from" (${from}) must be before "to" (${to})`)
    return { from: span.from, until: span.until }
  })
  return opening(complement(union(spans)))
}
