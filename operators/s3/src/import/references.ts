import { ALLOW_FROM } from '../kinds/group.ts'
import type { Reference } from '../kinds/reference.ts'
import type { Conversion } from './conversion.ts'
import type { OriginalKind } from './original.ts'

/** References into other namespaces: there they worked without a word, and here what is referred to must consent. */
export class References {
  readonly #consents = new Map<string, Set<string>>()
  readonly #imported: ReadonlySet<string>

  constructor(conversions: readonly Conversion[]) {
    this.#imported = new Set(
      conversions.map(({ kind, namespace, name }) => keyOf(kind, { name, ...(namespace !== undefined && { namespace }) })),
    )
  }

  /** A reference as it stands in our spec; `undefined` when there is none. */
  read(conversion: Conversion, field: string, kind: OriginalKind): Reference | undefined {
    if (!conversion.spec.has(field)) return undefined
    const child = conversion.spec.child(field)
    const [name, namespace] = [child.text('name') ?? '', child.text('namespace')]
    if (namespace === undefined || namespace === conversion.namespace) return { name }
    const target = { name, namespace }
    const key = keyOf(kind, target)
    if (this.#imported.has(key) && conversion.namespace !== undefined)
      this.#consents.set(key, (this.#consents.get(key) ?? new Set()).add(conversion.namespace))
    else
      conversion.warn(
        `spec.${field} is in the namespace ${namespace}: ${kind} "${name}" there must consent, by the annotation ${ALLOW_FROM}: "${conversion.namespace ?? 'NAMESPACE'}"`,
      )
    return target
  }

  /** The annotation by which an imported object consents to the references that were read. */
  consentOf({ kind, name, namespace }: Conversion): Readonly<Record<string, string>> {
    const namespaces = this.#consents.get(keyOf(kind, { name, ...(namespace !== undefined && { namespace }) }))
    return namespaces === undefined ? {} : { [ALLOW_FROM]: [...namespaces].sort().join(',') }
  }
}

const keyOf = (kind: OriginalKind, { name, namespace = '' }: Reference): string => `${kind} ${namespace}/${name}`
