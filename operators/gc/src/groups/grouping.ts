import type { KubeObject } from 'kubewright'
import { NO_FACTS } from '../facts/facts.ts'
import { parseFieldPath } from '../fields/field-path.ts'
import { parseMomentPath } from '../fields/moment.ts'
import type { TargetKind } from '../policy/target.ts'
import { within } from '../policy/within.ts'

/** How objects are put into groups, and ordered in them. */
export interface Grouping {
  readonly metadataOnly: boolean
  groupOf(object: KubeObject): string
  /** Wall clock, ms; an object whose time is missing or cannot be read counts as the newest, for then it is kept. */
  timeOf(object: KubeObject): number
}

/** @throws Error naming the field that is wrong. */
export function groupingOf(
  { groupBy, orderBy }: { readonly groupBy: readonly string[]; readonly orderBy: string },
  kind: TargetKind,
): Grouping {
  const paths = groupBy.map((path, index) => within(`keep.groupBy[${index}]`, () => parseFieldPath(path)))
  const order = within('keep.orderBy', () => parseMomentPath(orderBy, kind))
  if (order.needs !== undefined) throw new Error(`keep.orderBy: ${order.text} is no time that an object carries`)
  return {
    metadataOnly: order.metadataOnly && paths.every(({ metadataOnly }) => metadataOnly),
    groupOf: (object) => JSON.stringify([object.metadata.namespace, ...paths.map((path) => path.first(object) ?? null)]),
    timeOf(object) {
      const moment = order.of(object, { now: 0, facts: NO_FACTS })
      return moment.is === 'at' ? moment.at : Number.POSITIVE_INFINITY
    },
  }
}
