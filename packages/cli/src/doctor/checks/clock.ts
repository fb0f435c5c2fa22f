import type { Finding } from '../finding.ts'

export interface ClockFacts {
  /** Milliseconds since the epoch, of this machine. */
  readonly sentAt: number
  readonly receivedAt: number
  /** In whole seconds, cut off. */
  readonly serverTime: number
}

/**
 * Timestamps in objects are the server's, and what is due by them is compared with the clock of the machine that the operator runs on: a machine that
 * is ahead deletes and expires too early. A lease holds against any skew, certificates begin an hour before they are made: below this nothing goes wrong.
 */
const TOLERATED = 5_000
const SECOND = 1_000

/** How far this clock is ahead (or, negative, behind) at the least, given how long the answer took and how coarse it is. */
export function leastSkew({ sentAt, receivedAt, serverTime }: ClockFacts): number {
  const ahead = sentAt - (serverTime + SECOND)
  const behind = receivedAt - serverTime
  if (ahead > 0) return ahead
  return behind < 0 ? behind : 0
}

export function clockFindings(facts: ClockFacts): readonly Finding[] {
  const skew = leastSkew(facts)
  if (Math.abs(skew) <= TOLERATED) return []
  const seconds = Math.round(Math.abs(skew) / SECOND)
  return [
    {
      level: 'error',
      object: 'this machine',
      problem: `its clock is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} the API server's: what is due by timestamps comes too ${skew > 0 ? 'early' : 'late'}`,
      mend: 'synchronise both clocks (chronyc tracking, timedatectl status), and look at the nodes that operators run on',
    },
  ]
}
