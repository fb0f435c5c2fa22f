import type { Falling } from '../tracker/falling-due.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface Bucket {
  readonly label: string
  /** From now, ms; what falls due before it and after the last one's. */
  readonly until: number
}

/** Finer where it is nearer: what is deleted in the next minutes can still be stopped by whoever looks. */
const BUCKETS: readonly Bucket[] = [
  { label: 'due', until: 0 },
  { label: '5 min', until: 5 * MINUTE },
  { label: '15 min', until: 15 * MINUTE },
  { label: '30 min', until: 30 * MINUTE },
  { label: '1 h', until: HOUR },
  { label: '3 h', until: 3 * HOUR },
  { label: '6 h', until: 6 * HOUR },
  { label: '12 h', until: 12 * HOUR },
  { label: '1 d', until: DAY },
  { label: '2 d', until: 2 * DAY },
  { label: '4 d', until: 4 * DAY },
  { label: '1 week', until: 7 * DAY },
  { label: 'later', until: Number.POSITIVE_INFINITY },
]

/** How many fall due in each stretch of the next hour, day and week. `now`: wall clock, ms. Dry runs count: they show what would be. */
export function dueBuckets(
  falling: readonly Falling[],
  now: number,
): readonly { readonly label: string; readonly count: number; readonly tone: 'warn' | 'plain' }[] {
  const counts = new Map<Bucket, number>()
  for (const { at } of falling) {
    const bucket = BUCKETS.find(({ until }) => at - now <= until)!
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1)
  }
  return BUCKETS.map((bucket) => ({ label: bucket.label, count: counts.get(bucket) ?? 0, tone: bucket.until === 0 ? 'warn' : 'plain' }))
}
