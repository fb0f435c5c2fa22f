import { typeTable } from './generated/types.ts'

/** A type as a field of a built-in kind has it. */
export type TypeRef =
  | { readonly is: 'basic'; readonly name: BasicType }
  /** A message or an enumeration, by `package.Name`. */
  | { readonly is: 'named'; readonly name: string }
  /** `wrapped` is a list that is a message of its own in protobuf; in JSON it is a list like any other. */
  | { readonly is: 'pointer' | 'list' | 'map' | 'wrapped'; readonly element: TypeRef }

export type BasicType = (typeof BASIC_TYPES)[number]

const BASIC_TYPES = [
  'string',
  'bool',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'float64',
  'bytes',
  'any',
  'Time',
  'MicroTime',
  'Duration',
  'Quantity',
  'IntOrString',
  'RawExtension',
  'FieldsV1',
  'JSON',
] as const

export interface Field {
  /** Undefined: the fields of the (message) type stand in the parent itself. */
  readonly json: string | undefined
  /** 0: not in protobuf. */
  readonly proto: number
  readonly type: TypeRef
  readonly omitEmpty: boolean
  readonly required: boolean
  readonly patchStrategy: string | undefined
  readonly patchMergeKey: string | undefined
  readonly listType: string | undefined
  readonly listMapKeys: readonly string[] | undefined
  readonly mapType: string | undefined
  readonly default: unknown
}

export interface MessageType {
  readonly is: 'message'
  readonly name: string
  readonly package: TypePackage
  /** Undefined: not a kind, only a part of one. */
  readonly scope: 'Namespaced' | 'Cluster' | undefined
  readonly mapType: string | undefined
  readonly fields: readonly Field[]
}

export interface EnumType {
  readonly is: 'enum'
  readonly name: string
  readonly values: readonly string[]
}

export interface TypePackage {
  readonly name: string
  readonly group: string
  readonly version: string
  /** `io.k8s.api.core.v1`: what OpenAPI names of its types begin with. */
  readonly model: string
}

export interface TypeTable {
  readonly types: ReadonlyMap<string, MessageType | EnumType>
  /** By group and version, as `group/version`. */
  readonly packages: ReadonlyMap<string, TypePackage>
}

/** Reads the generated text. Its grammar stands at the head of the generated file. */
export function parseTypeTable(text: string): TypeTable {
  const types = new Map<string, MessageType | EnumType>()
  const packages = new Map<string, TypePackage>()
  let home: TypePackage | undefined
  let fields: Field[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    const words = line.trimStart().split(' ')
    if (line.startsWith('# ')) {
      const [, name, group, version, model] = words as [string, string, string, string, string]
      home = { name, group: group === '-' ? '' : group, version, model }
      packages.set(`${home.group}/${version}`, home)
    } else if (home === undefined) {
      throw new Error(`the table of built-in types begins with "${line}", not with a package`)
    } else if (line.startsWith('=')) {
      const name = `${home.name}.${words[0]!.slice(1)}`
      types.set(name, { is: 'enum', name, values: line.slice(line.indexOf(' ') + 1).split('|') })
    } else if (line.startsWith('\t')) {
      fields.push(parseField(words, home.name))
    } else {
      fields = []
      const name = `${home.name}.${words[0]!}`
      const scope = words.includes('k') ? 'Namespaced' : words.includes('K') ? 'Cluster' : undefined
      types.set(name, { is: 'message', name, package: home, scope, mapType: flag(words, 'mt'), fields })
    }
  }
  return { types, packages }
}

function flag(words: readonly string[], name: string): string | undefined {
  return words.find((word) => word.startsWith(`${name}:`))?.slice(name.length + 1)
}

function parseField(words: readonly string[], home: string): Field {
  const [json, proto, type, ...flags] = words as [string, string, string, ...string[]]
  const fallback = flag(flags, 'd')
  return {
    json: flags.includes('i') ? undefined : json,
    proto: Number(proto),
    type: parseTypeRef(type, home),
    omitEmpty: flags.includes('o'),
    required: flags.includes('r'),
    patchStrategy: flag(flags, 'ps'),
    patchMergeKey: flag(flags, 'pk'),
    listType: flag(flags, 'lt'),
    listMapKeys: flag(flags, 'lk')?.split(','),
    mapType: flag(flags, 'mt'),
    default: fallback === undefined ? undefined : JSON.parse(fallback),
  }
}

function parseTypeRef(text: string, home: string): TypeRef {
  if (text.startsWith('*')) return { is: 'pointer', element: parseTypeRef(text.slice(1), home) }
  if (text.startsWith('[]')) return { is: 'list', element: parseTypeRef(text.slice(2), home) }
  if (text.startsWith('map:')) return { is: 'map', element: parseTypeRef(text.slice(4), home) }
  if (text.startsWith('wrap:')) return parseWrapped(parseTypeRef(text.slice(5), home))
  if (text.startsWith('.')) return { is: 'named', name: home + text }
  if (text.includes('.')) return { is: 'named', name: text }
  const name = BASIC_TYPES.find((each) => each === text)
  if (!name) throw new Error(`the table of built-in types has an unknown basic type "${text}"`)
  return { is: 'basic', name }
}

function parseWrapped(list: TypeRef): TypeRef {
  if (list.is !== 'list') throw new Error('the table of built-in types wraps something that is no list')
  return { is: 'wrapped', element: list.element }
}

/** The value of `make`, made when it is first asked for: a few milliseconds that a server start need not pay. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The table of this Kubernetes version. Immutable once parsed. */
export const builtinTypes = lazy(() => parseTypeTable(typeTable))
