import { parseTime } from 'kubewright'
import { PROTECT } from '../protection/protection.ts'
import { backupName, type StoredPart } from './record.ts'

/** Parts whose first has not come by then were left behind by an operator that ended in the middle. */
const UNFINISHED_AFTER = 3_600_000

/** Which parts may go, in the order in which they have to: the one that stands for the whole before the others. `now`: wall clock, ms. */
export function surplusOf(parts: readonly StoredPart[], now: number): readonly StoredPart[] {
  const backups = [...Map.groupBy(parts, wholeOf).values()].map((each) => each.toSorted((a, b) => a.record.part - b.record.part))
  const complete = backups.filter(([head]) => head!.record.part === 0)
  const unfinished = backups.filter(
    (each) => each[0]!.record.part !== 0 && each.every(({ createdAt }) => createdAt + UNFINISHED_AFTER <= now),
  )
  const removable = complete.filter(([head]) => head!.annotations[PROTECT] !== 'true')
  const expired = removable.filter(([head]) => timeOf(head!.record.expiresAt) <= now)
  const current = removable.filter((each) => !expired.includes(each))
  const beyond = [...Map.groupBy(current, ([head]) => `${head!.namespace} ${head!.record.policyUid}`).values()].flatMap(beyondTheLast)
  return [...unfinished, ...expired, ...beyond].flat()
}

/** The newest says how many: what the policy said last, even when it is gone. */
function beyondTheLast(backups: readonly (readonly StoredPart[])[]): readonly (readonly StoredPart[])[] {
  const newestFirst = backups.toSorted(([a], [b]) => timeOf(b!.record.takenAt) - timeOf(a!.record.takenAt) || (a!.name < b!.name ? -1 : 1))
  return newestFirst.slice(newestFirst[0]![0]!.record.keepLast ?? newestFirst.length)
}

const wholeOf = ({ store, namespace, record }: StoredPart) => `${store} ${namespace}/${backupName({ ...record, part: 0 })}`

const timeOf = (text: string) => parseTime(text) ?? Number.POSITIVE_INFINITY
