import type { Opinion } from '../judgement/opinion.ts'
import type { TrackedObject } from './tracked-object.ts'

/** An object that will be deleted, or would be in a dry run. */
export interface Falling {
  readonly policy: string
  /** Wall clock, ms. In the past: due. */
  readonly at: number
  readonly dryRun: boolean
}

/** When an object that is awake falls due by the policy; `undefined`: never, as things are. */
export function dueTime(policy: string, dryRun: boolean, { words, verdict, progress }: TrackedObject): number | undefined {
  const opinion = words.get(policy)!.opinion
  if (progress.is === 'terminating' || progress.is === 'gone' || opinion.is !== 'at' || verdict.is === 'keep') return undefined
  return dryRun || verdict.is === 'none' ? opinion.at : verdict.at
}

/**
 * Everything that the policy will delete. Looks at each object: for people who ask now and then.
 * @param told uids that other policies have spoken of already; grows by what this one speaks of
 */
export function fallingDue(
  policy: string,
  dryRun: boolean,
  objects: Iterable<TrackedObject>,
  resting: Iterable<{ readonly opinion: Opinion; readonly at: number }>,
  told: Set<string>,
): readonly Falling[] {
  const falling: Falling[] = []
  for (const object of objects) {
    const at = dueTime(policy, dryRun, object)
    if (at === undefined || told.has(object.seen.uid)) continue
    told.add(object.seen.uid)
    falling.push({ policy, at, dryRun })
  }
  // Nobody else has a say about these.
  for (const { opinion, at } of resting) if (opinion.is === 'at') falling.push({ policy, at, dryRun })
  return falling
}
