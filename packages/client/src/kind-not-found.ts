import { apiVersionOf, describeKind, type GroupVersionKind } from '@kubewright/core'

/** The server does not serve a kind: its CustomResourceDefinition is not there (yet), or serves other versions. */
export class KindNotFoundError extends Error {
  override readonly name = 'KindNotFoundError'
  readonly kind: GroupVersionKind

  constructor(kind: GroupVersionKind, server: string, servedVersions: readonly string[] = []) {
    const mend =
      servedVersions.length > 0
        ? `it serves that kind as ${servedVersions.map((version) => apiVersionOf({ group: kind.group, version })).join(', ')}: ask for one of these`
        : 'install its CustomResourceDefinition, or correct group, version and kind ("kubectl api-resources" lists what there is)'
    super(`${server} does not serve ${describeKind(kind)}: ${mend}`)
    this.kind = { group: kind.group, version: kind.version, kind: kind.kind }
  }
}

/** Looks at the shape and not at the class, so that two copies of this package in one program agree. */
export const isKindNotFound = (error: unknown): error is KindNotFoundError => error instanceof Error && error.name === 'KindNotFoundError'
