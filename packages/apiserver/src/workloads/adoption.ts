import { type DynamicObject, type LabelRequirement, matchesLabels } from '@kubewright/core'
import type { ClusterView, Effect, Table, Workload } from './actuator.ts'
import { isLeaving } from './pod.ts'
import { controllerReference } from './pod-template.ts'

/** Undefined: nothing is selected. */
type Selector = readonly LabelRequirement[] | undefined

export interface Claim {
  /** Those that are the owner's, with those that it takes now. */
  readonly own: readonly DynamicObject[]
  /** What has to be written for it. */
  readonly effects: readonly Effect[]
}

export interface Claimed {
  readonly table: Table
  readonly selector: Selector
  /** Of those without an owner that are selected. @default all */
  readonly isAdoptable?: (object: DynamicObject) => boolean
}

/** What is controlled and selected no longer is let go, and what is selected and has no controller is taken. */
export function claimed(owner: DynamicObject, { table, selector, isAdoptable = () => true }: Claimed, view: ClusterView): Claim {
  const controlled = view.controlled(table, owner)
  const kept = controlled.filter((object) => selects(selector, object))
  const orphans = view.list(table, owner.metadata.namespace).filter((object) => isOrphan(object) && selects(selector, object))
  const adopted = orphans.filter(isAdoptable).map((object) => owned(object, [...ownersOf(object), controllerReference(owner)]))
  const released = controlled
    .filter((object) => !kept.includes(object))
    .map((object) =>
      owned(
        object,
        ownersOf(object).filter(({ uid }) => uid !== owner.metadata.uid),
      ),
    )
  return { own: [...kept, ...adopted], effects: [...adopted, ...released].map((object) => ({ do: 'update', table, object })) }
}

/** Who might take an object that has no controller. */
export function possibleOwners(
  object: DynamicObject,
  owners: { readonly table: Table; readonly selector: (owner: Workload) => Selector },
  view: ClusterView,
): readonly DynamicObject[] {
  if (!isOrphan(object)) return []
  return view.list(owners.table, object.metadata.namespace).filter((owner) => selects(owners.selector(owner as Workload), object))
}

const ownersOf = ({ metadata: { ownerReferences = [] } }: DynamicObject) => ownerReferences

const isOrphan = (object: DynamicObject): boolean => !isLeaving(object) && !ownersOf(object).some(({ controller }) => controller === true)

const selects = (selector: Selector, { metadata }: DynamicObject): boolean =>
  selector !== undefined && matchesLabels(selector, metadata.labels)

function owned(object: DynamicObject, ownerReferences: ReturnType<typeof ownersOf>): DynamicObject {
  const { ownerReferences: _before, ...metadata } = object.metadata
  return { ...object, metadata: ownerReferences.length === 0 ? metadata : { ...metadata, ownerReferences } }
}
