import type { DynamicObject, LabelSelectorSpec } from '@kubewright/core'
import type { Target } from '../registry/target.ts'

/** What an actuator may look at. */
export interface ClusterView {
  /** Wall-clock milliseconds. */
  readonly now: number
  get(table: Table, namespace: string | undefined, name: string): DynamicObject | undefined
  list(table: Table, namespace?: string): readonly DynamicObject[]
  /** The objects of a table whose controller this is, by name. */
  controlled(table: Table, owner: DynamicObject): readonly DynamicObject[]
}

/** Where the kinds are kept that actuators deal with. */
export const TABLES = {
  nodes: '/nodes',
  pods: '/pods',
  secrets: '/secrets',
  services: '/services',
  endpoints: '/endpoints',
  claims: '/persistentvolumeclaims',
  volumes: '/persistentvolumes',
  storageClasses: 'storage.k8s.io/storageclasses',
  replicationControllers: '/replicationcontrollers',
  endpointSlices: 'discovery.k8s.io/endpointslices',
  deployments: 'apps/deployments',
  replicaSets: 'apps/replicasets',
  statefulSets: 'apps/statefulsets',
  daemonSets: 'apps/daemonsets',
  revisions: 'apps/controllerrevisions',
  jobs: 'batch/jobs',
  cronJobs: 'batch/cronjobs',
  disruptionBudgets: 'policy/poddisruptionbudgets',
} as const

export type Table = (typeof TABLES)[keyof typeof TABLES]

/** Something to be done. What would change nothing is no write. */
export type Effect =
  | { readonly do: 'create'; readonly table: Table; readonly object: DynamicObject }
  | { readonly do: 'update'; readonly table: Table; readonly object: DynamicObject }
  | { readonly do: 'status'; readonly table: Table; readonly object: DynamicObject }
  /** Puts a pod on the node that it names. */
  | { readonly do: 'bind'; readonly table: (typeof TABLES)['pods']; readonly object: DynamicObject }
  /** `gracePeriodSeconds` 0: what had to stop has stopped. */
  | { readonly do: 'delete'; readonly table: Table; readonly object: DynamicObject; readonly gracePeriodSeconds?: number }

export interface Plan {
  readonly effects: readonly Effect[]
  /** Wall-clock milliseconds when time alone will have changed the answer. */
  readonly dueAt?: number | undefined
}

/** What one controller of a cluster does, as a pure function of what is there. It is asked again whenever that has changed. */
export interface Actuator {
  readonly name: string
  /** Of the objects that it deals with. */
  readonly table: Table
  /** Beside them, changes of these concern an object: those that it controls, or those that {@link concerns} names. */
  readonly controls?: readonly Table[]
  /** The keys of the objects that a change of another object concerns, by its table. */
  readonly concerns?: Partial<Readonly<Record<Table, (changed: DynamicObject, view: ClusterView) => readonly DynamicObject[]>>>
  plan(object: DynamicObject, view: ClusterView): Plan
  /** What is to be done when an object is no longer there, beside what the garbage collector does. @default nothing */
  gone?(target: Target, view: ClusterView): readonly Effect[]
  /** What is to be said of an effect that the server refused, and why it did. @default it is logged */
  refused?(object: DynamicObject, why: string, view: ClusterView): readonly Effect[]
}

export const NOTHING: Plan = { effects: [] }

/** The earlier of two times, where there are two. */
export const earliest = (...times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** A workload, as much of it as actuators read. */
export interface Workload extends DynamicObject {
  readonly spec: WorkloadSpec
  readonly status?: Readonly<Record<string, unknown>>
}

export interface WorkloadSpec {
  readonly replicas?: number
  readonly selector?: LabelSelectorSpec
  readonly template: PodTemplate
  readonly minReadySeconds?: number
  readonly revisionHistoryLimit?: number
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: Readonly<Record<string, unknown>>
}
