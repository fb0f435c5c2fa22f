import { type DashboardView, findCondition, parseTime, type ViewBlock, type ViewRow } from 'kubewright'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { GarbageCollectionStop } from '../kinds/stop.ts'
import type { Falling } from '../tracker/falling-due.ts'
import { dueBuckets } from './due-buckets.ts'
import type { Outlook } from './outlook.ts'

/** What falls due when, by which policy, and what stands in the way. */
export function gcView(outlook: Outlook): DashboardView {
  return {
    name: 'gc',
    title: 'Garbage collection',
    blocks({ list, now }) {
      const policies = [...list<Policy>(GarbageCollectionPolicy), ...list<Policy>(ClusterGarbageCollectionPolicy)]
      const stops = list<GarbageCollectionStop>(GarbageCollectionStop)
      const falling = outlook.look()
      return [
        figures(policies, stops, falling, now),
        histogram(falling, now),
        {
          is: 'table',
          title: 'Policies',
          columns: ['Policy', 'Target', 'Phase', 'Matched', 'Waiting', 'Due', 'Would delete', 'Deleted', 'Next', 'Why'],
          rows: policies.map((policy) => policyRow(policy)),
          empty: 'There is no policy: nothing is ever deleted.',
        },
      ]
    },
  }
}

function figures(
  policies: readonly Policy[],
  stops: readonly GarbageCollectionStop[],
  falling: readonly Falling[] | undefined,
  now: number,
): ViewBlock {
  const sum = (of: (policy: Policy) => number | undefined) => policies.reduce((total, policy) => total + (of(policy) ?? 0), 0)
  const real = falling?.filter(({ dryRun }) => !dryRun)
  const [stop] = stops
  const reason = stop?.spec.reason
  return {
    is: 'figures',
    figures: [
      stop === undefined
        ? { label: 'Collection', value: 'runs', tone: 'good' }
        : { label: 'Collection', value: 'stopped', tone: 'bad', note: reason ?? stop.metadata.name ?? '' },
      { label: 'Policies', value: String(policies.length) },
      {
        label: 'In the next hour',
        value: real === undefined ? '–' : String(real.filter(({ at }) => at <= now + 3_600_000).length),
        note: 'fall due',
      },
      { label: 'Would delete', value: String(sum(({ status }) => status?.wouldDelete)), note: 'in dry runs' },
      { label: 'Deleted', value: String(sum(({ status }) => status?.deletedTotal)), note: 'by these policies' },
    ],
  }
}

function histogram(falling: readonly Falling[] | undefined, now: number): ViewBlock {
  const title = 'What falls due'
  if (falling === undefined) return { is: 'histogram', title, note: 'another replica collects, and knows', buckets: [] }
  return { is: 'histogram', title, note: `${falling.length} objects have a time`, buckets: dueBuckets(falling, now) }
}

function policyRow(policy: Policy): ViewRow {
  const { metadata, spec, status } = policy
  const { name = '', namespace } = metadata
  const bad = status?.conditions?.find(({ type, status: is }) => is === 'True' && type !== 'Ready' && type !== 'Degraded')
  const why = bad?.message ?? findCondition(status?.conditions, 'Ready')?.message ?? ''
  const next = status?.nextExpiry === undefined ? undefined : parseTime(status.nextExpiry)
  const count = (value: number | undefined) => String(value ?? 0)
  return {
    object: policy,
    cells: [
      namespace === undefined ? name : `${namespace}/${name}`,
      spec.targetResource.kind,
      { text: status?.phase ?? 'Pending', tone: bad !== undefined ? 'warn' : status?.phase === 'Active' ? 'good' : 'plain' },
      count(status?.matched),
      count(status?.pending),
      count(status?.due),
      count(status?.wouldDelete),
      count(status?.deletedTotal),
      next === undefined ? '' : { text: '', time: next },
      why,
    ],
  }
}
