import { hasOpinion, type Opinion } from '../judgement/opinion.ts'
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
  const overlapping = new Tally()
  const conflicting = new Tally()
  const refused = new Tally()

  for (const object of objects) {
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
    const at =
      opinion.is !== 'at' || object.verdict.is === 'keep'
        ? undefined
        : dryRun || object.verdict.is === 'none'
          ? opinion.at
          : object.verdict.at
    if (at !== undefined && at <= wallNow) due++
    else if (at !== undefined) {
      pending++
      nextExpiry = Math.min(nextExpiry ?? at, at)
    }
    if (opinion.is === 'blocked') unreadable.add(object, opinion.reason)
    if (object.progress.is === 'refused') refused.add(object, object.progress.reason)
    if (object.conflicts >= CONFLICTS_WORTH_TELLING)
      conflicting.add(object, `changed ${object.conflicts} times between decision and deletion`)
    const other = [...object.words].filter(([name, word]) => name !== policy && hasOpinion(word.opinion)).map(([name]) => name)
    if (hasOpinion(opinion) && other.length > 0)
      overlapping.add(
        object,
        `also ${other
          .sort((a, b) => a.localeCompare(b, 'en'))
          .slice(0, 3)
          .join(', ')}`,
      )
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
    overlapping: overlapping.finding,
    conflicting: conflicting.finding,
    refused: refused.finding,
  }
}

class Tally {
  #count = 0
  #first = ''
  #why = ''

  add({ seen }: TrackedObject, why: string): void {
    const name = seen.namespace === undefined ? seen.name : `${seen.namespace}/${seen.name}`
    if (this.#count++ === 0 || name < this.#first) [this.#first, this.#why] = [name, why]
  }

  get finding(): Finding {
    return { count: this.#count, example: this.#count === 0 ? '' : `${this.#first}: ${this.#why}` }
  }
}
