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

  /** Whether a group is the server's own. What is not found in one is answered otherwise than in a group of custom resources. */
  hasOwnGroup(group: string): boolean {
    return this.all().some((resource) => resource.group === group && !(resource.is === 'stored' && resource.custom !== undefined))
  }

  hasVersion(group: string, version: string): boolean {
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
    return [...Map.groupBy(this.all(), ({ group }) => group)].flatMap(([group, ofGroup]) =>
      [...Map.groupBy(ofGroup, ({ version }) => version)]
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
