// Reads the Go struct definitions of the Kubernetes API modules: declarations, tags and comments, no expressions. The sources are gofmt'ed and
// keep to a small part of the language, so lines are enough; anything unknown inside a struct stops the generator instead of being passed over.

export interface GoPackage {
  /** How the table names it: `core/v1`, `meta/v1`. */
  readonly name: string
  readonly group: string
  readonly version: string
  /** Prefix of the package's OpenAPI names: `io.k8s.api.core.v1`. */
  readonly model: string
  readonly types: ReadonlyMap<string, GoType>
}

export interface GoType {
  readonly name: string
  readonly comment: Comment
  readonly is: { readonly struct: readonly GoField[] } | { readonly alias: GoExpression }
  /** Values of the string constants of this type, in source order. */
  readonly constants: readonly GoConstant[]
}

export interface GoConstant {
  readonly name: string
  /** The text, or the constant of another package that has it. */
  readonly value: string | { readonly package: string; readonly constant: string }
}

export interface GoField {
  /** Undefined for `json:",inline"`. */
  readonly json: string | undefined
  readonly proto: number | undefined
  readonly type: GoExpression
  readonly omitEmpty: boolean
  readonly patchStrategy: string | undefined
  readonly patchMergeKey: string | undefined
  readonly comment: Comment
}

export type GoExpression =
  | { readonly of: 'name'; readonly package: string; readonly name: string }
  | { readonly of: 'pointer' | 'list' | 'map'; readonly element: GoExpression }

export interface Comment {
  /** The text as `go doc` would show it, tags removed. */
  readonly text: string
  /** `+listType=map` as `listType` → [`map`]. */
  readonly tags: ReadonlyMap<string, readonly string[]>
}

interface Parsed {
  readonly types: Map<string, Omit<GoType, 'constants'>>
  readonly constants: Map<string, GoConstant[]>
}

/** Parses the files of one package. `packageOfImport` gives the table's name of an import path. */
export function parseGoPackage(
  description: Omit<GoPackage, 'types'>,
  files: readonly string[],
  packageOfImport: (path: string) => string,
): GoPackage {
  const parsed: Parsed = { types: new Map(), constants: new Map() }
  for (const source of files) parseFile(source, description.name, packageOfImport, parsed)
  const types = new Map<string, GoType>()
  for (const [name, type] of parsed.types) types.set(name, { ...type, constants: parsed.constants.get(name) ?? [] })
  return { ...description, types }
}

function parseFile(source: string, packageName: string, packageOfImport: (path: string) => string, parsed: Parsed): void {
  const imports = parseImports(source, packageOfImport)
  const expression = (text: string) => parseExpression(text, packageName, imports)
  let comment: string[] = []
  let struct: { readonly name: string; readonly comment: Comment; readonly fields: GoField[] } | undefined
  for (const line of source.replace(/\/\*[\s\S]*?\*\//g, '').split('\n')) {
    const said = /^\s*\/\/ ?(.*)$/.exec(line)
    if (said) {
      comment.push(said[1]!)
      continue
    }
    if (line.trim() === '') {
      // Tags may stand in a block of their own above the text; only the last block is the text.
      comment = comment.filter((each) => each.startsWith('+'))
      continue
    }
    if (struct) {
      if (line === '}') {
        parsed.types.set(struct.name, { name: struct.name, comment: struct.comment, is: { struct: struct.fields } })
        struct = undefined
      } else {
        struct.fields.push(parseField(line, readComment(comment), expression))
      }
    } else {
      const opened = /^type (\w+) struct \{$/.exec(line)
      const empty = /^type (\w+) struct ?\{\}$/.exec(line)
      const alias = /^type (\w+) (?!struct|interface|func)(\S+)$/.exec(line)
      const constant = parseConstant(line, imports)
      if (opened) struct = { name: opened[1]!, comment: readComment(comment), fields: [] }
      else if (empty) parsed.types.set(empty[1]!, { name: empty[1]!, comment: readComment(comment), is: { struct: [] } })
      else if (alias) parsed.types.set(alias[1]!, { name: alias[1]!, comment: readComment(comment), is: { alias: expression(alias[2]!) } })
      else if (constant) parsed.constants.set(constant.type, [...(parsed.constants.get(constant.type) ?? []), constant])
    }
    comment = []
  }
}

function parseConstant(line: string, imports: ReadonlyMap<string, string>): (GoConstant & { readonly type: string }) | undefined {
  const typed = /^(?:\t|const )(\w+)\s+(\w+)\s+= "(.*)"/.exec(line) ?? /^(?:\t|const )(\w+)\s+= (\w+)\("(.*)"\)/.exec(line)
  if (typed) return { name: typed[1]!, type: typed[2]!, value: typed[3]! }
  const converted = /^\t(\w+)\s+= (\w+)\((\w+)\.(\w+)\)$/.exec(line)
  const from = converted && imports.get(converted[3]!)
  return from ? { name: converted[1]!, type: converted[2]!, value: { package: from, constant: converted[4]! } } : undefined
}

function parseImports(source: string, packageOfImport: (path: string) => string): ReadonlyMap<string, string> {
  const imports = new Map<string, string>()
  for (const [, alias, path] of source.matchAll(/^(?:import |\t)(?:(\w+) )?"([^"]+)"$/gm)) {
    imports.set(alias ?? path!.slice(path!.lastIndexOf('/') + 1), packageOfImport(path!))
  }
  return imports
}

const BASIC = new Set(['string', 'bool', 'int32', 'int64', 'int', 'uint8', 'uint16', 'uint32', 'uint64', 'float64', 'byte', 'interface{}'])

function parseExpression(text: string, packageName: string, imports: ReadonlyMap<string, string>): GoExpression {
  const inner = (rest: string) => parseExpression(rest, packageName, imports)
  if (text.startsWith('*')) return { of: 'pointer', element: inner(text.slice(1)) }
  if (text === '[]byte') return { of: 'name', package: '', name: 'bytes' }
  if (text.startsWith('[]')) return { of: 'list', element: inner(text.slice(2)) }
  const map = /^map\[[\w.]+\](.+)$/.exec(text)
  if (map) return { of: 'map', element: inner(map[1]!) }
  if (BASIC.has(text)) return { of: 'name', package: '', name: text }
  const qualified = /^(\w+)\.(\w+)$/.exec(text)
  if (qualified) {
    const from = imports.get(qualified[1]!)
    if (from === undefined) throw new Error(`${packageName}: "${text}" is of a package that is not imported`)
    return { of: 'name', package: from, name: qualified[2]! }
  }
  if (!/^\w+$/.test(text)) throw new Error(`${packageName}: cannot read the type "${text}"`)
  return { of: 'name', package: packageName, name: text }
}

function parseField(line: string, comment: Comment, expression: (text: string) => GoExpression): GoField {
  const match = /^\t(?:(\w+)\s+)?([\w.*[\]{}]+)(?:\s+`(.*)`)?(?:\s*\/\/.*)?$/.exec(line)
  if (!match) throw new Error(`cannot read the field: ${line}`)
  const tags = new Map([...(match[3] ?? '').matchAll(/(\w+):"([^"]*)"/g)].map(([, key, value]) => [key!, value!]))
  const protobuf = tags.get('protobuf')?.split(',')
  const json = tags.get('json')?.split(',')
  // The few fields without a JSON tag exist in protobuf alone (JSONSchemaPropsOrBool and its like), under that name.
  const name = json ? json[0]! : protobuf?.find((part) => part.startsWith('name='))?.slice('name='.length)
  return {
    json: json?.includes('inline') ? undefined : name,
    proto: protobuf ? Number(protobuf[1]) : undefined,
    type: expression(match[2]!),
    omitEmpty: json?.includes('omitempty') ?? false,
    patchStrategy: tags.get('patchStrategy'),
    patchMergeKey: tags.get('patchMergeKey'),
    comment,
  }
}

function readComment(lines: readonly string[]): Comment {
  const tags = new Map<string, string[]>()
  let text = ''
  // Below a line of dashes is what is for the readers of the source alone; tags count there too.
  const end = lines.indexOf('---')
  for (const [index, raw] of lines.entries()) {
    const line = raw.trimEnd()
    const tag = /^\s*\+([\w:.-]+)(?:=(.*))?$/.exec(line)
    if (tag) tags.set(tag[1]!, [...(tags.get(tag[1]!) ?? []), tag[2] ?? ''])
    const leading = line.trimStart()
    if (end >= 0 && index >= end) continue
    if (leading.startsWith('+') || leading.startsWith('TODO')) continue
    // The rules of kube-openapi: a blank line parts paragraphs, an indented line stands alone, others flow.
    if (line === '') text = `${text.slice(0, -1)}\n\n`
    else if (/^[ \t]/.test(line)) text = `${text.slice(0, -1)}\n${line}\n`
    else text += `${line} `
  }
  return { text: text.trim(), tags }
}
