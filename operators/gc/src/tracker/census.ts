import { hasOpinion, type Opinion } from '../judgement/opinion.ts'
import { dueTime } from './falling-due.ts'
import type { TrackedObject } from './tracked-object.ts'

/** How a policy's objects stand at one moment. */
export interface Census {
  readonly matched: number
  readonly pending: number
  readonly due: number
  readonly terminating: number
  /** Wall clock, ms. */
  readonly nextExpiry: number | undefined
  /** Objects whose time cannot be read, one of them as an example. */
  readonly unreadable: Finding
  /** Objects that whoever wrote the policy may not delete. */
  readonly unauthorised: Finding
  /** Objects that another policy also decides about. */
  readonly overlapping: Finding
  /** Objects that change faster than they can be deleted. */
  readonly conflicting: Finding
  /** Objects that the server refuses to delete. */
  readonly refused: Finding
}

export interface Finding {
  readonly count: number
  /** `namespace/name: why` of the first by name, so that the text stands still while the set does. */
  readonly example: string
}

export const CONFLICTS_WORTH_TELLING = 5

/**
 * Counts by looking at each object: it is asked for at most every few seconds and only after a change, and a sum that is made anew cannot drift.
 */
export function takeCensus(
  policy: string,
  dryRun: boolean,
  objects: Iterable<TrackedObject>,
  resting: Iterable<{ readonly opinion: Opinion; readonly at: number }>,
  wallNow: number,
): Census {
  let [matched, pending, due, terminating] = [0, 0, 0, 0]
  let nextExpiry: number | undefined
  const unreadable = new Tally()
  const unauthorised = new Tally()
  const overlapping = new Tally()
  const conflicting = new Tally()
  const refused = new Tally()

  for (const object of objects) {
    if (object.progress.is === 'gone') continue
    const opinion = object.words.get(policy)!.opinion
    if (opinion.is === 'unselected') {
      if (opinion.matched) matched++
      continue
    }
    matched++
    if (object.progress.is === 'terminating') {
      terminating++
      continue
    }
    const at = dueTime(policy, dryRun, object)
    if (at !== undefined && at <= wallNow) due++
    else if (at !== undefined) {
      pending++
      nextExpiry = Math.min(nextExpiry ?? at, at)
    }
    if (opinion.is === 'blocked') (opinion.lacks === 'right' ? unauthorised : unreadable).add(object, () => opinion.reason)
    const { progress, conflicts } = object
    if (progress.is === 'refused') refused.add(object, () => progress.reason)
    if (conflicts >= CONFLICTS_WORTH_TELLING) conflicting.add(object, () => `changed ${conflicts} times between decision and deletion`)
    if (hasOpinion(opinion) && anotherDecides(policy, object)) overlapping.add(object, () => `also ${othersOf(policy, object)}`)
  }
  // Nobody else has a say about these, and nothing has gone wrong with them.
  for (const { opinion, at } of resting) {
    if (opinion.is !== 'unselected' || opinion.matched) matched++
    if (opinion.is !== 'at') continue
    if (at <= wallNow) due++
    else {
      pending++
      nextExpiry = Math.min(nextExpiry ?? at, at)
    }
  }
  return {
    matched,
    pending,
    due,
    terminating,
    nextExpiry,
    unreadable: unreadable.finding,
    unauthorised: unauthorised.finding,
    overlapping: overlapping.finding,
    conflicting: conflicting.finding,
    refused: refused.finding,
  }
}

function anotherDecides(policy: string, { words }: TrackedObject): boolean {
  if (words.size > 1) for (const [name, { opinion }] of words) if (name !== policy && hasOpinion(opinion)) return true
  return false
}

/** Three of them, for a person to begin with. */
function othersOf(policy: string, { words }: TrackedObject): string {
  const names = [...words].filter(([name, { opinion }]) => name !== policy && hasOpinion(opinion)).map(([name]) => name)
  return names
    .sort((a, b) => a.localeCompare(b, 'en'))
    .slice(0, 3)
    .join(', ')
}

class Tally {
  #count = 0
  #first: string | undefined
  #why = ''

  /** `why` is asked of the first by name alone: of a hundred thousand that overlap nobody reads more. */
  add({ seen }: TrackedObject, why: () => string): void {
    this.#count++
    const name = seen.namespace === undefined ? seen.name : `${seen.namespace}/${seen.name}`
    if (this.#first !== undefined && name >= this.#first) return
    this.#first = name
    this.#why = why()
  }

  get finding(): Finding {
    return { count: this.#count, example: this.#first === undefined ? '' : `${this.#first}: ${this.#why}` }
  }
}
