/** A kind that can print its CustomResourceDefinition, as one made by `defineKind` does. */
export interface ShownKind {
  readonly group: string
  readonly plural: string
  crd(): Definition
}

interface Definition {
  readonly metadata: { readonly name?: string }
  readonly spec: {
    readonly group: string
    readonly scope: string
    readonly names: { readonly kind: string; readonly plural: string; readonly shortNames?: readonly string[] }
    readonly versions: readonly {
      readonly name: string
      readonly served: boolean
      readonly storage: boolean
      readonly deprecated?: boolean
    }[]
  }
}

/** What one looks for first. */
export function definitionSummary(kind: ShownKind): object {
  const { metadata, spec } = kind.crd()
  const { group, scope, names } = spec
  const { kind: name, plural, shortNames = [] } = names
  const versions = spec.versions.map(({ name, served, storage, deprecated = false }) => ({ name, served, storage, deprecated }))
  return { name: metadata.name, group, kind: name, plural, shortNames, scope, versions }
}
