import type { Converters } from '@kubewright/schema'

/**
 * How the versions of a kind become each other: each to and from one of them, the hub, which should be the one that is stored. The functions are
 * pure and fast (the API server reads thousands of objects through them) and need not touch apiVersion, kind and metadata, of which nothing but
 * labels and annotations may change. A kind with versions has them (`kind.converters`); `versions` may leave the hub out.
 */
export type HubConverters = Pick<Converters, 'hub' | 'versions' | 'toHub' | 'fromHub'>

/** Converters of a kind, ready to be served. */
export interface ConversionDefinition {
  readonly group: string
  readonly kind: string
  /** For the name of the CRD. */
  readonly plural: string
  readonly converters: HubConverters
}
