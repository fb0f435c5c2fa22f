import type { Cache, Kind } from 'kubewright'

/** What one informer of a program holds, and of what. */
export interface Cached {
  readonly kind: Kind
  readonly parts: readonly {
    readonly namespace?: string | undefined
    readonly except: readonly string[]
    readonly labelSelector?: string | undefined
    readonly fieldSelector?: string | undefined
  }[]
  /** `NAMESPACE/NAME@RESOURCE_VERSION` of each. */
  readonly objects: readonly string[]
}

export interface Identified {
  readonly metadata: {
    readonly namespace?: string | undefined
    readonly name?: string | undefined
    readonly resourceVersion?: string | undefined
  }
}

export const identityOf = ({ metadata: { namespace = '', name = '', resourceVersion = '' } }: Identified) =>
  `${namespace}/${name}@${resourceVersion}`

/** Everything that a cache holds. */
export function cachedOf(cache: Cache): readonly Cached[] {
  return cache.informers().map(({ informer, scope }) => ({
    kind: informer.type as Kind,
    parts: scope.parts,
    objects: informer.list().map(identityOf),
  }))
}
