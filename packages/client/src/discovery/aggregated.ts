import type { ApiResource } from '../contract.ts'
import type { Catalog, GroupVersion } from './group-version.ts'

/** Asks for everything in one answer, and takes the legacy list from servers before 1.26 and from those that serve only that. */
export const AGGREGATED_ACCEPT = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',')

interface AggregatedResource {
  readonly resource: string
  readonly responseKind?: { readonly group: string; readonly version: string; readonly kind: string } | null
  readonly scope: string
  readonly singularResource?: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly verbs?: readonly string[]
  readonly subresources?: readonly { readonly subresource: string }[]
}

interface AggregatedList {
  readonly kind: 'APIGroupDiscoveryList'
  readonly items?: readonly {
    readonly metadata: { readonly name?: string }
    readonly versions?: readonly {
      readonly version: string
      readonly resources?: readonly AggregatedResource[]
      readonly freshness?: string
    }[]
  }[]
}

export function isAggregated(answer: unknown): answer is AggregatedList {
  return (answer as { kind?: unknown } | null)?.kind === 'APIGroupDiscoveryList'
}

export function readAggregated(list: AggregatedList): Catalog {
  return (list.items ?? []).flatMap((item) => {
    const group = item.metadata.name ?? ''
    return (item.versions ?? []).map(({ version, resources = [], freshness }): GroupVersion => {
      const read = resources.map((resource) => readResource(group, version, resource))
      return freshness === 'Stale'
        ? {
            group,
            version,
            resources: read.map((resource) => ({ ...resource, stale: true })),
            failure: 'the server says that its API service is not available',
          }
        : { group, version, resources: read }
    })
  })
}

function readResource(group: string, version: string, raw: AggregatedResource): ApiResource {
  return {
    group,
    version,
    // A resource without a kind of its own exists only for its subresources.
    kind: raw.responseKind?.kind ?? '',
    plural: raw.resource,
    namespaced: raw.scope === 'Namespaced',
    singular: raw.singularResource ?? '',
    shortNames: raw.shortNames ?? [],
    categories: raw.categories ?? [],
    verbs: raw.verbs ?? [],
    subresources: (raw.subresources ?? []).map((subresource) => subresource.subresource),
  }
}
