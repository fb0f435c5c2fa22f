import type { GroupVersionKind, KubeObject } from 'kubewright'
import { kindsNamedBy } from './references.ts'

/** As much of a CustomResourceDefinition as tells whether its objects may refer to something. */
interface Definition extends KubeObject {
  readonly spec?: {
    readonly group?: string
    readonly names?: { readonly kind?: string }
    readonly versions?: readonly {
      readonly storage?: boolean
      readonly schema?: { readonly openAPIV3Schema?: Schema }
    }[]
  }
}

interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
}

export interface Suspect {
  /** `Certificate.cert-manager.io`. */
  readonly kind: string
  /** The first field by which it may refer to the target. */
  readonly path: string
}

/**
 * Custom kinds whose schema has fields that look as if they named objects of the target kind, and that nobody looks at: what only they refer to would
 * count as unused.
 */
export function suspectsIn(
  definitions: readonly KubeObject[],
  target: string,
  looked: readonly Pick<GroupVersionKind, 'group' | 'kind'>[],
): readonly Suspect[] {
  return (definitions as readonly Definition[]).flatMap(({ spec }) => {
    const [group = '', kind = ''] = [spec?.group, spec?.names?.kind]
    if (looked.some((each) => each.group === group && each.kind === kind)) return []
    const schema = spec?.versions?.find(({ storage }) => storage === true)?.schema?.openAPIV3Schema
    const path = schema && pathIn(schema, target, [])
    return path === undefined ? [] : [{ kind: `${kind}.${group}`, path: path.join('.') }]
  })
}

function pathIn(schema: Schema, target: string, path: readonly string[]): readonly string[] | undefined {
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    if (path.length === 0 && ['metadata', 'apiVersion', 'kind'].includes(name)) continue
    const here = [...path, name]
    if (kindsNamedBy(name, inner.type === 'string' ? 'name' : 'object').includes(target) && inner.type !== 'boolean') return here
    const found = pathIn(inner, target, here)
    if (found !== undefined) return found
  }
  for (const each of [schema.items, schema.additionalProperties]) {
    const found = typeof each === 'object' ? pathIn(each, target, [...path.slice(0, -1), `${path.at(-1) ?? ''}[*]`]) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** More would hide the first of them. */
const TOLD = 5

/** One sentence about all of them; `undefined`: there are none. */
export function suspicion(suspects: readonly Suspect[], target: string): string | undefined {
  if (suspects.length === 0) return undefined
  const told = suspects.slice(0, TOLD).map(({ kind, path }) => `${kind} (${path})`)
  const more = suspects.length > TOLD ? `, and ${suspects.length - TOLD} other kinds` : ''
  return `${target} objects may be referred to by ${told.join(', ')}${more}, which nobody looks at: what only they refer to counts as unused. Name those kinds in spec.referrers`
}
