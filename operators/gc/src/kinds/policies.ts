import { defineKind, type ObjectOf, type PrinterColumn } from 'kubewright'
import { policySpec } from './spec.ts'
import { policyStatus } from './status.ts'

const printerColumns: readonly PrinterColumn[] = [
  { name: 'Target', type: 'string', jsonPath: '.spec.targetResource.kind' },
  { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  { name: 'Matched', type: 'integer', jsonPath: '.status.matched' },
  { name: 'Due', type: 'integer', jsonPath: '.status.due' },
  { name: 'Deleted', type: 'integer', jsonPath: '.status.deletedTotal' },
  // As text: kubectl prints dates as an age, and an age of what is yet to come as <invalid>.
  { name: 'Next', type: 'string', jsonPath: '.status.nextExpiry' },
  { name: 'Would Delete', type: 'integer', jsonPath: '.status.wouldDelete', priority: 1 },
  { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason', priority: 1 },
]

const common = { group: 'gc.kubewright.dev', version: 'v1alpha1', spec: policySpec, status: policyStatus, printerColumns } as const

/** Deletes objects of its own namespace: who may write a policy there gains no power elsewhere. */
export const GarbageCollectionPolicy = defineKind({
  ...common,
  kind: 'GarbageCollectionPolicy',
  shortNames: ['gcp', 'gcpolicy'],
  description: 'Deletes objects of one kind in its own namespace when their time is over.',
})

/** Deletes objects in one or all namespaces, or objects of cluster-scoped kinds: for who administers the cluster. */
export const ClusterGarbageCollectionPolicy = defineKind({
  ...common,
  kind: 'ClusterGarbageCollectionPolicy',
  scope: 'Cluster',
  shortNames: ['cgcp'],
  description: 'Deletes objects of one kind, in one namespace or in all of them, when their time is over.',
})

export type GarbageCollectionPolicy = ObjectOf<typeof GarbageCollectionPolicy>
export type ClusterGarbageCollectionPolicy = ObjectOf<typeof ClusterGarbageCollectionPolicy>
export type Policy = GarbageCollectionPolicy | ClusterGarbageCollectionPolicy
export type PolicySpec = Policy['spec']
export type PolicyStatus = NonNullable<Policy['status']>
