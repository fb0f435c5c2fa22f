import type { Job } from './jobs.ts'
import { isActive, type Pod } from './pod.ts'

const INDEX = 'batch.kubernetes.io/job-completion-index'

export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed'

const indexOf = ({ metadata }: Pod): number => Number(metadata.annotations?.[INDEX] ?? -1)

/** The indexes whose work is done, in order; those too of pods that are no longer there. */
export function succeededIndexes(job: Job, pods: readonly Pod[]): readonly number[] {
  const here = pods.filter(({ status }) => status?.phase === 'Succeeded').map(indexOf)
  return [...new Set([...parseIndexes(job.status?.completedIndexes), ...here])].filter((index) => index >= 0).sort((a, b) => a - b)
}

/** The next indexes that nobody works on. */
export function missingIndexes(job: Job, pods: readonly Pod[], count: number): readonly number[] {
  const taken = new Set([...succeededIndexes(job, pods), ...pods.filter(isActive).map(indexOf)])
  return Array.from({ length: job.spec.completions ?? 0 }, (_, index) => index)
    .filter((index) => !taken.has(index))
    .slice(0, count)
}

/** `1,3-5,7`. */
export function printIndexes(indexes: readonly number[]): string {
  const ranges: [first: number, last: number][] = []
  for (const index of indexes) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === index - 1) last[1] = index
    else ranges.push([index, index])
  }
  // Two in a row are no range.
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}${last === first + 1 ? ',' : '-'}${last}`)).join(',')
}

/** The reverse of {@link printIndexes}. */
export function parseIndexes(text: string | undefined): readonly number[] {
  return (text ?? '').split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number)
    return part === '' ? [] : Array.from({ length: last! - first! + 1 }, (_, index) => first! + index)
  })
}
