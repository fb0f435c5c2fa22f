/** Something that is wrong, said to who has to mend it. */
export interface Finding {
  /** error: something does not work now. warning: it will not, or works by luck. */
  readonly level: 'error' | 'warning'
  /** What it is about, as kubectl names it: `crd/shops.example.dev`. */
  readonly object: string
  readonly problem: string
  /** What to do, with a command where there is one. */
  readonly mend: string
}

/** What a check of `kubewright doctor` has found. */
export type Outcome =
  | { readonly is: 'fine'; readonly note: string }
  | { readonly is: 'wrong'; readonly findings: readonly Finding[] }
  /** It could not be looked at. */
  | { readonly is: 'skipped'; readonly why: string }

/** @param note what was looked at, for when nothing is wrong */
export function outcomeOf(findings: readonly Finding[], note: string): Outcome {
  return findings.length > 0 ? { is: 'wrong', findings } : { is: 'fine', note }
}

/** `3 CRDs`, `1 CRD`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
