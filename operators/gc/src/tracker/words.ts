import type { Opinion } from '../judgement/opinion.ts'
import type { PolicyMode } from './sending-line.ts'
import type { Instant } from './step.ts'
import type { TrackedObject } from './tracked-object.ts'

type ModeOf = (policy: string) => Pick<PolicyMode, 'dryRun' | 'paused' | 'priority'> | undefined

/** What the policies say that have a say: a dry run has no effect, and so none. */
export function* deciding({ words }: TrackedObject, modeOf: ModeOf): Generator<readonly [string, Opinion, number | undefined]> {
  for (const [policy, { opinion }] of words) {
    const mode = modeOf(policy)
    if (mode?.dryRun === false) yield [policy, opinion, mode.priority]
  }
}

/** Every policy that decides has seen the version that would be deleted, and the one that won is at work. */
export function mayGo({ words, seen }: TrackedObject, by: string, modeOf: ModeOf): boolean {
  if (modeOf(by)?.paused !== false) return false
  for (const [policy, word] of words) if (word.resourceVersion !== seen.resourceVersion && modeOf(policy)?.dryRun === false) return false
  return true
}

/** The next moment (wall clock, ms) at which something about the object changes by itself. */
export function nextMoment({ words }: TrackedObject, now: Instant): number | undefined {
  let moment = Number.POSITIVE_INFINITY
  for (const { opinion } of words.values()) {
    if (opinion.is === 'at' && opinion.at > now.wall) moment = Math.min(moment, opinion.at)
    if (opinion.until !== undefined && opinion.until > now.wall) moment = Math.min(moment, opinion.until)
  }
  return moment === Number.POSITIVE_INFINITY ? undefined : moment
}

/** What the policy said was good until now. */
export function isOutdated({ words }: TrackedObject, policy: string, now: Instant): boolean {
  const until = words.get(policy)?.opinion.until
  return until !== undefined && until <= now.wall
}
