import type { ServedResource, StoredResource } from './resource.ts'

export interface ServedGroupVersion {
  readonly group: string
  readonly version: string
  readonly resources: readonly ServedResource[]
}

/** Every resource the server serves right now. Custom resources come and go with their definitions. */
export class Catalog {
  private readonly resources = new Map<string, ServedResource>()
  private changes = 0

  /** Grows with every change, so that what was derived from the catalog knows when it is stale. */
  get generation(): number {
    return this.changes
  }

  add(...resources: readonly ServedResource[]): void {
    for (const resource of resources) this.resources.set(keyOf(resource.group, resource.version, resource.plural), resource)
    this.changes++
  }

  remove(resources: readonly ServedResource[]): void {
    for (const resource of resources) this.resources.delete(keyOf(resource.group, resource.version, resource.plural))
    this.changes++
  }

  find(group: string, version: string, plural: string): ServedResource | undefined {
    return this.resources.get(keyOf(group, version, plural))
  }

  hasGroupVersion(group: string, version: string): boolean {
    return this.all().some((resource) => resource.group === group && resource.version === version)
  }

  /** The stored resource of a kind, in the given version or any. */
  ofKind(group: string, kind: string, version?: string): StoredResource | undefined {
    return this.stored().find(
      (resource) => resource.group === group && resource.kind === kind && (version === undefined || resource.version === version),
    )
  }

  all(): readonly ServedResource[] {
    return [...this.resources.values()]
  }

  stored(): readonly StoredResource[] {
    return this.all().filter((resource) => resource.is === 'stored')
  }

  /** One resource for each table: controllers that go through everything must not see one object twice. */
  tables(): readonly StoredResource[] {
    return [
      ...new Map(
        this.stored()
          .map((resource) => [resource.storage.table, resource] as const)
          .reverse(),
      ).values(),
    ].reverse()
  }

  /** In the order in which groups were added; a group's versions most stable first. */
  groupVersions(): readonly ServedGroupVersion[] {
    const groups = new Map<string, Map<string, ServedResource[]>>()
    for (const resource of this.all()) {
      let versions = groups.get(resource.group)
      if (versions === undefined) groups.set(resource.group, (versions = new Map()))
      const resources = versions.get(resource.version)
      if (resources === undefined) versions.set(resource.version, [resource])
      else resources.push(resource)
    }
    return [...groups].flatMap(([group, versions]) =>
      [...versions]
        .sort(([a], [b]) => compareVersions(a, b))
        .map(([version, resources]) => ({ group, version, resources: resources.sort((a, b) => (a.plural < b.plural ? -1 : 1)) })),
    )
  }
}

const keyOf = (group: string, version: string, plural: string): string => `${group}/${version}/${plural}`

/** Kubernetes' order of versions: v2, v1, v1beta2, v1beta1, v1alpha1, then anything else by name. */
export function compareVersions(a: string, b: string): number {
  const left = rank(a)
  const right = rank(b)
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return right[index]! - left[index]!
  return a < b ? -1 : a > b ? 1 : 0
}

const STABILITY: Readonly<Record<string, number>> = { alpha: 1, beta: 2 }

function rank(version: string): readonly number[] {
  const parts = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version)
  if (parts === null) return [0, 0, 0]
  const [, major, stability, minor] = parts
  return [stability === undefined ? 3 : STABILITY[stability]!, Number(major), Number(minor ?? 0)]
}
