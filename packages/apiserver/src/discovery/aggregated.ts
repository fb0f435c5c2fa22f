import type { Catalog } from '../registry/catalog.ts'
import type { ServedResource } from '../registry/resource.ts'

/** The parameters by which clients ask for discovery in one answer, newest first. */
const VERSIONS = ['v2', 'v2beta1'] as const

/** The version of aggregated discovery that the client would like best, when it would like one better than plain JSON. */
export function aggregatedVersion(accept: string | undefined): string | undefined {
  for (const clause of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim())
    const asked = Object.fromEntries(parameters.map((parameter) => parameter.split('=')))
    const isDiscovery = asked['g'] === 'apidiscovery.k8s.io' && asked['as'] === 'APIGroupDiscoveryList'
    const version = isDiscovery ? VERSIONS.find((each) => each === asked['v']) : undefined
    if (type === 'application/json' && version !== undefined) return version
    if (type === '*/*' || (type === 'application/json' && asked['as'] === undefined)) return undefined
  }
  return undefined
}

export const aggregatedType = (version: string): string => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`

/** Every resource of the legacy root (`/api`) or of all named groups (`/apis`). */
export function aggregatedDiscovery(catalog: Catalog, root: 'api' | 'apis', version: string): object {
  const served = catalog.groupVersions().filter(({ group }) => (group === '') === (root === 'api'))
  const groups = Map.groupBy(served, ({ group }) => group)
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: [...groups].map(([name, versions]) => ({
      metadata: { ...(name === '' ? {} : { name }), creationTimestamp: null },
      versions: versions.map((each) => ({ version: each.version, resources: each.resources.map(describe), freshness: 'Current' })),
    })),
  }
}

function describe(resource: ServedResource): object {
  const { group, version, kind, plural, singular, namespaced, verbs, shortNames, categories, subresources } = resource
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map((each) => ({
            subresource: each.name,
            responseKind: each.kind ?? { group, version, kind },
            verbs: each.verbs,
          })),
        }
      : {}),
  }
}
