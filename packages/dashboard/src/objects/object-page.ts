import type { Collector } from '../collector.ts'
import type { ObjectPage } from '../model/object-page.ts'
import type { ObjectRow } from '../model/snapshot.ts'
import type { DashboardSource } from '../source.ts'
import { explain, explainGone } from './explanation.ts'
import { childrenOf, ownersOf } from './family.ts'
import { conditionFacts, conditionsOf } from './health.ts'
import { parseObjectId } from './identity.ts'

/** Everything about one object; `undefined` when nothing is known of it. */
export function objectPage(id: string, collector: Collector, source: DashboardSource): ObjectPage | undefined {
  const { catalogue, timeline, reconciles } = collector
  const entries = timeline.of(id)
  const object = catalogue.object(id)
  const row = catalogue.row(id)
  if (object === undefined || row === undefined) {
    if (entries.length === 0) return undefined
    return {
      row: goneRow(id, entries.at(0)?.at ?? 0),
      deleted: true,
      why: explainGone(entries),
      conditions: [],
      entries,
      owners: [],
      children: [],
      text: undefined,
    }
  }
  const children = childrenOf(object, catalogue)
  const { leads, leader, clusters } = source.overview()
  const reachability = clusters.find(({ name }) => name === '')?.reachability
  const hide = (text: string) => source.hide(text)
  const why = explain(object, {
    ...{ entries, children, leads, leader, hide },
    isReconciled: reconciles.reconciles(row.kind),
    unreachable: reachability === 'unreachable' ? reachability : undefined,
    now: source.clock.now(),
  })
  const conditions = conditionsOf(object).map((condition) => conditionFacts({ ...condition, message: hide(condition.message) }))
  const text = JSON.stringify(source.visible(object), undefined, 2)
  return { row, deleted: false, why, conditions, entries, owners: ownersOf(object, catalogue), children, text }
}

function goneRow(id: string, at: number): ObjectRow {
  const { kind = '', namespace = '', name = id } = parseObjectId(id) ?? {}
  return { id, kind, namespace, name, health: 'none', reason: 'Deleted', created: 0, changed: at }
}
