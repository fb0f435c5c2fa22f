import { Cron, parseTime, WeeklyWindow, Zone } from 'kubewright'
import type { PolicySpec } from '../kinds/policies.ts'
import { anyOpening, cronOpening, type Opening, opening } from '../time/opening.ts'
import { complement, union } from '../time/spans.ts'
import { within } from './within.ts'

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
    ...(windows === undefined
      ? []
      : [anyOpening(windows.map((window, index) => within(`windows[${index}]`, () => new WeeklyWindow(window))))]),
    ...(freezes === undefined ? [] : [within('freezes', () => thaw(freezes))]),
  ]
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
