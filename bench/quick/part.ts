import type { TestCluster } from 'kubewright/testing'

/** Where a part of the short form works: an empty cluster, and a folder for its files. */
export interface Bench {
  readonly cluster: TestCluster
  readonly folder: string
}

/** Which part, what, what was measured, and what stands beside it. */
export type Row = readonly [part: string, what: string, measured: string, beside: string]
