import type { ApiResource } from '../contract.ts'

/** What a server serves of one version of one group. */
export interface GroupVersion {
  readonly group: string
  readonly version: string
  readonly resources: readonly ApiResource[]
  /** Why the resources could not be read, when they could not. */
  readonly failure?: string
}

/** The versions of each group stand in the server's order of preference. */
export type Catalog = readonly GroupVersion[]

/** Keeps what was known of the parts that failed this time: one dead aggregated API server must not make its kinds, or others', unknown. */
export function withRemembered(fresh: Catalog, previous: Catalog): Catalog {
  return fresh.map((part) => {
    if (part.failure === undefined || part.resources.length > 0) return part
    const before = previous.find((old) => old.group === part.group && old.version === part.version)
    if (before === undefined || before.resources.length === 0) return part
    return { ...part, resources: before.resources.map((resource) => ({ ...resource, stale: true })) }
  })
}

/** The resource of a kind; without a version the one that the server prefers among those that have the kind. */
export function findKind(
  catalog: Catalog,
  wanted: { readonly group: string; readonly version?: string | undefined; readonly kind: string },
): ApiResource | undefined {
  for (const part of catalog) {
    if (part.group !== wanted.group || (wanted.version !== undefined && part.version !== wanted.version)) continue
    const found = part.resources.find((resource) => resource.kind === wanted.kind)
    if (found) return found
  }
  return undefined
}

/** Why the group of a kind may be missing it, or `undefined` when it was read well. */
export function failureOf(catalog: Catalog, wanted: { readonly group: string; readonly version?: string | undefined }): string | undefined {
  return catalog.find(
    (part) =>
      part.group === wanted.group && (wanted.version === undefined || part.version === wanted.version) && part.failure !== undefined,
  )?.failure
}

export function servedVersions(catalog: Catalog, wanted: { readonly group: string; readonly kind: string }): readonly string[] {
  return catalog
    .filter((part) => part.group === wanted.group && part.resources.some((resource) => resource.kind === wanted.kind))
    .map((part) => part.version)
}
