/** What happened to one object, as one line of its life: a version of its own, or its deletion in that version. */
export type Mark = `=${number}` | `-${number}`

/** What was heard: `gone` is a deletion that nobody saw, found by a list. */
export type Heard = Mark | 'gone'

/** Whether whoever heard this last knows what is. `relisted`: who knows that an object is not there need not have heard that it was, and went, meanwhile. */
export function knows(heard: Heard | undefined, made: Mark | undefined, { relisted }: { readonly relisted: boolean }): boolean {
  return heard === made || (relisted && made?.startsWith('-') === true && !heard?.startsWith('='))
}

export interface Verdict {
  /** Changes that were made. */
  readonly made: number
  /** Changes of which nobody heard, although no relist can have folded them into a later one. */
  readonly missed: number
  /** Changes between two that were heard, which a relist folded into the later one: a list knows only what is. */
  readonly folded: number
  /** Heard twice, heard though never made, or heard in the wrong order. */
  readonly doubled: number
  /** Objects whose last state was never heard of. */
  readonly lastUnheard: number
}

/** Compares the lives of objects as they were with what was heard of them. `relisted`: states in between may be folded. */
export function judge(
  made: ReadonlyMap<string, readonly Mark[]>,
  heard: ReadonlyMap<string, readonly Heard[]>,
  { relisted }: { readonly relisted: boolean },
): Verdict {
  let [count, unheard, doubled, lastUnheard] = [0, 0, 0, 0]
  for (const [name, marks] of made) {
    const ears = heard.get(name) ?? []
    const place = new Map(marks.map((mark, at) => [mark, at]))
    count += marks.length
    let last = -1
    let inOrder = 0
    for (const [index, mark] of ears.entries()) {
      const at = mark === 'gone' ? lastDeletion(marks, place.get(ears[index + 1] as Mark)) : place.get(mark)
      if (at === undefined || at <= last) doubled++
      else {
        last = at
        inOrder++
      }
    }
    unheard += marks.length - inOrder
    if (!knows(ears.at(-1), marks.at(-1), { relisted })) lastUnheard++
  }
  for (const [name, ears] of heard) if (!made.has(name)) doubled += ears.length
  return { made: count, missed: relisted ? lastUnheard : unheard, folded: relisted ? unheard - lastUnheard : 0, doubled, lastUnheard }
}

/** The last deletion before that place, or of all. */
function lastDeletion(marks: readonly Mark[], before = marks.length): number | undefined {
  const at = marks.findLastIndex((mark, place) => place < before && mark.startsWith('-'))
  return at === -1 ? undefined : at
}
