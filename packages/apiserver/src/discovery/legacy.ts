import { createHash } from 'node:crypto'
import { parseApiVersion } from '@kubewright/core'
import type { Catalog, ServedGroupVersion } from '../registry/catalog.ts'
import { apiVersionOfResource, type ServedResource, type StoredResource } from '../registry/resource.ts'

/** `/api` */
export function coreVersions(catalog: Catalog, address: string): object {
  const versions = catalog.groupVersions().flatMap(({ group, version }) => (group === '' ? [version] : []))
  return { kind: 'APIVersions', versions, serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }] }
}

/** `/apis` */
export function groupList(catalog: Catalog): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: [...groupsOf(catalog)].map(([name, versions]) => group(name, versions)) }
}

/** `/apis/GROUP`; undefined when it is not served. */
export function oneGroup(catalog: Catalog, name: string): object | undefined {
  const versions = groupsOf(catalog).get(name)
  return versions && { kind: 'APIGroup', apiVersion: 'v1', ...group(name, versions) }
}

/** `/api/v1`, `/apis/GROUP/VERSION`; undefined when it is not served. */
export function resourceList(catalog: Catalog, name: string, version: string): object | undefined {
  const found = catalog.groupVersions().find((each) => each.group === name && each.version === version)
  return (
    found && {
      kind: 'APIResourceList',
      ...(name === '' ? {} : { apiVersion: 'v1' }),
      groupVersion: apiVersionOfResource(found),
      resources: found.resources.flatMap(rows),
    }
  )
}

function groupsOf(catalog: Catalog): ReadonlyMap<string, readonly ServedGroupVersion[]> {
  return Map.groupBy(
    catalog.groupVersions().filter(({ group }) => group !== ''),
    ({ group }) => group,
  )
}

function group(name: string, versions: readonly ServedGroupVersion[]): object {
  const all = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }))
  return { name, versions: all, preferredVersion: all[0] }
}

/** Tells migrators of stored objects whether the form in which they are kept has become another one; made as the real server makes it. */
function storageVersionHash({ storage, kind }: StoredResource): string {
  const { group, version } = parseApiVersion(storage.apiVersion)
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64')
}

function rows(resource: ServedResource): object[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource
  const lists = { ...(shortNames.length > 0 ? { shortNames } : {}), ...(categories.length > 0 ? { categories } : {}) }
  const subresources = resource.subresources.map((each) => ({
    name: `${plural}/${each.name}`,
    singularName: '',
    namespaced,
    ...(each.kind === undefined ? {} : { group: each.kind.group, version: each.kind.version }),
    kind: each.kind?.kind ?? kind,
    verbs: each.verbs,
  }))
  const hash = resource.is === 'stored' ? { storageVersionHash: storageVersionHash(resource) } : {}
  return [{ name: plural, singularName: singular, namespaced, kind, verbs, ...lists, ...hash }, ...subresources]
}
