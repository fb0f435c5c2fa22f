import type { GoConstant, GoExpression, GoField, GoPackage, GoType } from './go-source.ts'

/** A type as the wire sees it: named Go types that are plain strings, numbers, lists or maps are gone. */
export type Wire =
  | { readonly is: 'basic'; readonly name: string }
  | { readonly is: 'enum'; readonly package: string; readonly name: string }
  | { readonly is: 'message'; readonly package: string; readonly name: string }
  | { readonly is: 'pointer' | 'list' | 'map'; readonly element: Wire }
  /** A named list that is a message of its own in protobuf, so that nil and empty differ: `message Verbs { repeated string items = 1 }`. */
  | { readonly is: 'wrapped'; readonly element: Wire }

/** Types with a wire form of their own; decoders and schemas know them by these names. */
const WELL_KNOWN = new Map([
  ['meta/v1.Time', 'Time'],
  ['meta/v1.MicroTime', 'MicroTime'],
  ['meta/v1.Duration', 'Duration'],
  ['meta/v1.FieldsV1', 'FieldsV1'],
  ['runtime.RawExtension', 'RawExtension'],
  ['api/resource.Quantity', 'Quantity'],
  ['util/intstr.IntOrString', 'IntOrString'],
  ['apiextensions/v1.JSON', 'JSON'],
  ['types.UID', 'string'],
  ['types.NodeName', 'string'],
])

export class TypeModel {
  readonly packages: readonly GoPackage[]
  readonly #byName: ReadonlyMap<string, GoPackage>

  constructor(packages: readonly GoPackage[]) {
    this.packages = packages
    this.#byName = new Map(packages.map((each) => [each.name, each]))
  }

  wire(expression: GoExpression): Wire {
    if (expression.of !== 'name') return { is: expression.of, element: this.wire(expression.element) }
    if (expression.package === '') return { is: 'basic', name: expression.name === 'interface{}' ? 'any' : expression.name }
    const known = WELL_KNOWN.get(`${expression.package}.${expression.name}`)
    if (known) return { is: 'basic', name: known }
    const type = this.find(expression)
    if ('struct' in type.is) return { is: 'message', package: expression.package, name: type.name }
    if (isEnum(type)) return { is: 'enum', package: expression.package, name: type.name }
    const aliased = this.wire(type.is.alias)
    return type.comment.tags.get('protobuf.nullable')?.[0] === 'true' ? { is: 'wrapped', element: aliased } : aliased
  }

  find(name: { readonly package: string; readonly name: string }): GoType {
    const type = this.#byName.get(name.package)?.types.get(name.name)
    if (!type) throw new Error(`the type ${name.package}.${name.name} is used but not declared in a package of the table`)
    return type
  }

  /** The values of an enumeration, sorted. */
  enumValues(type: GoType): readonly string[] {
    return [...new Set(type.constants.map((each) => this.#constantValue(each)))].sort()
  }

  #constantValue({ value }: GoConstant): string {
    if (typeof value === 'string') return value
    const types = this.#byName.get(value.package)?.types.values() ?? []
    for (const type of types) {
      const found = type.constants.find((each) => each.name === value.constant)
      if (found) return this.#constantValue(found)
    }
    throw new Error(`the constant ${value.package}.${value.constant} is used but not declared in a package of the table`)
  }

  /** Fields of a struct type; of one that is another's alias (`type List metav1.List`), the other's. */
  fields(type: GoType): readonly GoField[] {
    if ('struct' in type.is) return type.is.struct
    if (type.is.alias.of !== 'name') throw new Error(`${type.name} is no struct`)
    return this.fields(this.find(type.is.alias))
  }

  /** Kinds of a package and every type they reach, by name. */
  reachable(): ReadonlyMap<string, ReadonlySet<string>> {
    const reached = new Map(this.packages.map((each) => [each.name, new Set<string>()]))
    const visit = (wire: Wire): void => {
      if (wire.is === 'basic') return
      if (wire.is !== 'enum' && wire.is !== 'message') {
        visit(wire.element)
        return
      }
      const names = reached.get(wire.package)!
      if (names.has(wire.name)) return
      names.add(wire.name)
      if (wire.is === 'message') for (const field of this.fields(this.find(wire))) visit(this.wire(field.type))
    }
    for (const { name, types } of this.packages) {
      for (const type of types.values()) if (isKind(type)) visit({ is: 'message', package: name, name: type.name })
    }
    return reached
  }
}

export const isEnum = (type: GoType): boolean => type.comment.tags.has('enum') && type.constants.length > 0

/** What is sent on its own: an Object of Go's that has apiVersion and kind. */
export function isKind(type: GoType): boolean {
  const interfaces = type.comment.tags.get('k8s:deepcopy-gen:interfaces') ?? []
  const isAlias = 'alias' in type.is
  const hasTypeMeta = !isAlias && type.is.struct.some((field) => field.type.of === 'name' && field.type.name === 'TypeMeta')
  return interfaces.some((each) => each.endsWith('runtime.Object')) && (isAlias || hasTypeMeta)
}

export const isNamespaced = (type: GoType): boolean => !type.comment.tags.has('genclient:nonNamespaced')

/** kube-openapi's rule: neither `+optional` nor omitempty, unless `+required` says so. */
export function isRequired(field: GoField): boolean {
  const { tags } = field.comment
  if (tags.has('required') || tags.has('k8s:required')) return true
  return !field.omitEmpty && !tags.has('optional') && !tags.has('k8s:optional')
}
