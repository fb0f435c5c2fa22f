import { parseApiVersion } from '@kubewright/core'
import type { ApiResource } from '../contract.ts'

export interface LegacyVersions {
  readonly versions?: readonly string[]
}

export interface LegacyGroups {
  readonly groups?: readonly {
    readonly name: string
    readonly versions: readonly { readonly groupVersion: string; readonly version: string }[]
    readonly preferredVersion?: { readonly groupVersion: string; readonly version: string }
  }[]
}

export interface LegacyResources {
  readonly groupVersion: string
  readonly resources?: readonly {
    readonly name: string
    readonly singularName?: string
    readonly namespaced: boolean
    readonly kind: string
    readonly verbs?: readonly string[]
    readonly shortNames?: readonly string[]
    readonly categories?: readonly string[]
  }[]
}

/** Every version of every group, the preferred one of each first. */
export function legacyGroupVersions(groups: LegacyGroups): readonly { readonly group: string; readonly version: string }[] {
  return (groups.groups ?? []).flatMap(({ name, versions, preferredVersion }) => {
    const preferred = preferredVersion?.version
    return versions
      .map(({ version }) => version)
      .sort((a, b) => Number(b === preferred) - Number(a === preferred))
      .map((version) => ({ group: name, version }))
  })
}

/** Subresources stand in the list as resources of their own, as `pods/status`. */
export function readLegacy(list: LegacyResources): readonly ApiResource[] {
  const { group, version } = parseApiVersion(list.groupVersion)
  const all = list.resources ?? []
  return all
    .filter(({ name }) => !name.includes('/'))
    .map((raw) => ({
      group,
      version,
      kind: raw.kind,
      plural: raw.name,
      namespaced: raw.namespaced,
      singular: raw.singularName ?? '',
      shortNames: raw.shortNames ?? [],
      categories: raw.categories ?? [],
      verbs: raw.verbs ?? [],
      subresources: all.filter(({ name }) => name.startsWith(`${raw.name}/`)).map(({ name }) => name.slice(raw.name.length + 1)),
    }))
}
