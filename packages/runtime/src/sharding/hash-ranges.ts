// What the API server is asked for, in terms of its own hash (KEP-5866): FNV-1a of 64 bits over the name of the namespace, in half-open ranges.
//
// FNV hardly carries its last characters into its upper bits: `team-1` to `team-9` are within 1/65536 of its range, and `team-10` to `team-99` within
// 1/2000. Replicas that split the range among them would not split such namespaces: one would get them all. So the ring places namespaces by a hash
// that is mixed (see hash.ts), and of the server only what is left out is asked: the ranges around namespaces that are there and are others'.
// What is left out holds no namespace of ours, so that the answer is always enough; what it has too much of is dropped here.
import { fnv1a64 } from './hash.ts'

/** From `from` up to, but without, `to`. */
export interface HashRange {
  readonly from: bigint
  readonly to: bigint
}

const END = 2n ** 64n
export const EVERYTHING: readonly HashRange[] = [{ from: 0n, to: END }]

export function serverHash(namespace: string): bigint {
  const { high, low } = fnv1a64(namespace)
  return (BigInt(high) << 32n) | BigInt(low)
}

/** Ascending ranges, at most so many, that hold as many of the others' namespaces as can be, and none of ours. */
export function rangesAround(others: readonly bigint[], ours: readonly bigint[], most: number): readonly HashRange[] {
  const runs = runsOf(others, ours)
  const count = runs.reduce((sum, run) => sum + run.length, 0)
  // Each namespace for itself leaves room for those to come. Only when they are too many, neighbours share a range: those nearest to each other first.
  const gaps = runs
    .flatMap((run) => run.slice(1).map((hash, at) => ({ before: hash, width: hash - run[at]! })))
    .sort((a, b) => (a.width < b.width ? -1 : a.width > b.width ? 1 : 0))
  const closed = new Set(gaps.slice(0, Math.max(0, count - most)).map(({ before }) => before))
  const groups: bigint[][] = []
  for (const run of runs)
    for (const [at, hash] of run.entries()) {
      if (at > 0 && closed.has(hash)) groups.at(-1)?.push(hash)
      else groups.push([hash])
    }
  const largest = groups.length <= most ? groups : groups.toSorted((a, b) => b.length - a.length).slice(0, most)
  return joined(largest.map((group) => ({ from: group[0]!, to: group.at(-1)! + 1n })))
}

/** The others' in ascending order, parted where one of ours is between them. */
function runsOf(others: readonly bigint[], ours: readonly bigint[]): readonly (readonly bigint[])[] {
  const mine = new Set(ours)
  const runs: bigint[][] = [[]]
  for (const hash of [...new Set([...others, ...ours])].sort((a, b) => (a < b ? -1 : 1))) {
    if (!mine.has(hash)) runs.at(-1)?.push(hash)
    else if (runs.at(-1)?.length !== 0) runs.push([])
  }
  return runs
}

/** All of the ranges, in ascending order and apart from each other. */
export function joined(ranges: readonly HashRange[]): readonly HashRange[] {
  const result: HashRange[] = []
  for (const range of ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = result.at(-1)
    if (last === undefined || range.from > last.to) result.push(range)
    else if (range.to > last.to) result[result.length - 1] = { from: last.from, to: range.to }
  }
  return result
}

export const holdsHash = (ranges: readonly HashRange[], hash: bigint): boolean => ranges.some(({ from, to }) => hash >= from && hash < to)

/** Asks for all but these. `undefined`: for all. */
export function selectorWithout(excluded: readonly HashRange[]): string | undefined {
  if (excluded.length === 0) return undefined
  const wanted: HashRange[] = []
  let from = 0n
  for (const range of excluded) {
    if (range.from > from) wanted.push({ from, to: range.from })
    from = range.to
  }
  if (from < END) wanted.push({ from, to: END })
  // A selector that selects nothing cannot be written. No name that a namespace can have is at 0.
  return (wanted.length > 0 ? wanted : [{ from: 0n, to: 1n }])
    .map((range) => `shardRange(object.metadata.namespace, '${hex(range.from)}', '${hex(range.to)}')`)
    .join(' || ')
}

const hex = (hash: bigint) => `0x${hash.toString(16).padStart(16, '0')}`
