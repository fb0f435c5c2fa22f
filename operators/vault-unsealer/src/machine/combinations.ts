import type { ShareRef } from './model.ts'

/** Enough to find one wrong share among any number, and two among a few. */
const MOST = 10
/** How many are looked at for these: the number of combinations of many shares has no end. */
const LOOKED_AT = 2_000

/**
 * The next combination of `size` shares to try, or `undefined` when as many as make sense were refused. Shares that have opened a node go first; after a
 * refusal comes the combination that leaves out others than before, so that one wrong share among n is found in about n/(n-t) attempts.
 */
export function nextCombination(
  shares: readonly ShareRef[],
  size: number,
  proven: ReadonlySet<string>,
  refused: readonly (readonly ShareRef[])[],
): readonly ShareRef[] | undefined {
  if (refused.length >= MOST || size < 1) return undefined
  const known = new Set(refused.map(nameOf))
  const ordered = [...shares].sort((a, b) => Number(proven.has(b.fingerprint)) - Number(proven.has(a.fingerprint)) || a.index - b.index)
  let looked = 0
  for (const combination of candidates(ordered, size)) {
    if (!known.has(nameOf(combination)) && canCombine(combination)) return combination
    if (++looked >= LOOKED_AT) return undefined
  }
  return undefined
}

/**
 * Of each refused combination those that are not in the right one: one of them at least is of another cluster. A single one is wrong for certain.
 * Sorted, without what a smaller one explains.
 */
export function suspects(right: readonly ShareRef[], refused: readonly (readonly ShareRef[])[]): readonly (readonly ShareRef[])[] {
  const good = new Set(right.map(({ fingerprint }) => fingerprint))
  const groups = refused
    .map((combination) => combination.filter(({ fingerprint }) => !good.has(fingerprint)).sort((a, b) => a.index - b.index))
    .filter((group) => group.length > 0)
    .sort((a, b) => a.length - b.length)
  const told: (readonly ShareRef[])[] = []
  for (const group of groups)
    if (!told.some((smaller) => smaller.every((each) => group.some(({ fingerprint }) => fingerprint === each.fingerprint))))
      told.push(group)
  return told
}

/** How many can be used together. */
export function distinctShares(shares: readonly ShareRef[]): number {
  return new Set(shares.map(({ x }) => x)).size
}

export const namesOf = (shares: readonly ShareRef[]): string =>
  shares.map(({ index, fingerprint }) => `${index} (${fingerprint})`).join(', ')

const nameOf = (combination: readonly ShareRef[]) =>
  combination
    .map(({ fingerprint }) => fingerprint)
    .sort()
    .join(' ')

const canCombine = (combination: readonly ShareRef[]) => distinctShares(combination) === combination.length

/** Windows around the circle, each leaving out what the one before had; then all there are. */
function* candidates(shares: readonly ShareRef[], size: number): Generator<readonly ShareRef[]> {
  const n = shares.length
  if (n < size) return
  const stride = Math.max(1, n - size)
  for (let turn = 0; turn < n; turn++) {
    const start = (turn * stride) % n
    yield Array.from({ length: size }, (_, at) => shares[(start + at) % n]!)
  }
  yield* subsets(shares, size)
}

function* subsets(shares: readonly ShareRef[], size: number, from = 0): Generator<readonly ShareRef[]> {
  if (size === 0) {
    yield []
    return
  }
  for (let at = from; at <= shares.length - size; at++) for (const rest of subsets(shares, size - 1, at + 1)) yield [shares[at]!, ...rest]
}
