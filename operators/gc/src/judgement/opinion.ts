/** The first of two steps. */
export interface Preparation {
  /** Wall clock, ms: to be announced on the object as the time of its deletion. */
  readonly deleteAt?: number
  /** To be put on. */
  readonly finalizer?: string
}

interface Foreseen {
  /** What is said holds until then (wall clock, ms) and no longer: ask again. */
  readonly until?: number | undefined
}

/** One policy's word about one object, and why. */
export type Opinion =
  /** The object is not in the policy's set (`matched` is false), or its conditions do not hold. */
  | (Foreseen & { readonly is: 'unselected'; readonly matched: boolean; readonly reason: string })
  /** It may be deleted from `at` on; wall clock, ms. */
  | (Foreseen & {
      readonly is: 'at'
      readonly at: number
      readonly reason: string
      /** What has to be written on the object before. Until it is there, `until` keeps the object. */
      readonly prepare?: Preparation
    })
  /** It is to be kept. */
  | (Foreseen & { readonly is: 'never'; readonly reason: string })
  /** The policy has no opinion about it. */
  | (Foreseen & { readonly is: 'unset'; readonly reason: string })
  /** It is kept because something cannot be read, or is not known, or because a right is lacking; somebody is told. */
  | (Foreseen & {
      readonly is: 'blocked'
      readonly reason: string
      readonly lacks?: 'right'
      /** What is said as soon as its author may: it lacks nothing else. */
      readonly otherwise?: { readonly at: number; readonly reason: string }
    })

/** The policy takes part in the decision about the object. */
export function hasOpinion(opinion: Opinion): boolean {
  return opinion.is === 'at' || opinion.is === 'never' || opinion.is === 'blocked'
}
