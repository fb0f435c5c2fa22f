import type { GoField, GoPackage, GoType } from './go-source.ts'
import { isEnum, isKind, isNamespaced, isRequired, type TypeModel, type Wire } from './type-model.ts'

/** meta/v1 types that the core package writes by hand, by its names. */
const CORE_TYPES: ReadonlyMap<string, string> = new Map([
  ['Condition', 'Condition'],
  ['LabelSelector', 'LabelSelectorSpec'],
  ['LabelSelectorRequirement', 'LabelSelectorExpression'],
  ['ListMeta', 'ListMeta'],
  ['ManagedFieldsEntry', 'ManagedFieldsEntry'],
  ['ObjectMeta', 'ObjectMeta'],
  ['OwnerReference', 'OwnerReference'],
  ['Status', 'Status'],
  ['StatusCause', 'StatusCause'],
  ['StatusDetails', 'StatusDetails'],
])

/** Messages that are one of two things in JSON. */
const UNIONS: ReadonlyMap<string, string> = new Map([
  ['JSONSchemaPropsOrArray', 'JSONSchemaProps | readonly JSONSchemaProps[]'],
  ['JSONSchemaPropsOrBool', 'JSONSchemaProps | boolean'],
  ['JSONSchemaPropsOrStringArray', 'JSONSchemaProps | readonly string[]'],
])

const BASIC: ReadonlyMap<string, string> = new Map([
  ['string', 'string'],
  ['bool', 'boolean'],
  // Base64 in JSON.
  ['bytes', 'string'],
  ['Time', 'string'],
  ['MicroTime', 'string'],
  ['Duration', 'string'],
  ['Quantity', 'string'],
  ['IntOrString', 'number | string'],
  ['RawExtension', 'unknown'],
  ['FieldsV1', 'unknown'],
  ['JSON', 'unknown'],
  ['any', 'unknown'],
])

/** `core/v1` is in `core-v1.ts`. */
export const fileName = (packageName: string): string => `${packageName.replace('/', '-')}.ts`

/** The modules of these packages, and of meta/v1 as far as they need it. */
export function* renderKinds(model: TypeModel, packages: readonly string[]): Iterable<{ readonly name: string; readonly text: string }> {
  const metaTypes = new Set<string>()
  for (const name of packages) {
    const goPackage = model.packages.find((each) => each.name === name)
    if (!goPackage) throw new Error(`there is no package ${name} to make kinds of`)
    const module = new Module(model, goPackage)
    yield { name, text: module.render(ownTypes(model, goPackage)) }
    for (const each of module.used.get('meta/v1') ?? []) metaTypes.add(each)
  }
  const meta = model.packages.find((each) => each.name === 'meta/v1')!
  yield { name: 'meta/v1', text: new Module(model, meta).render([...closure(model, meta, metaTypes)].sort()) }
}

/** Types of a package that its kinds reach, lists of kinds aside: the client has one type for all of those. */
function ownTypes(model: TypeModel, goPackage: GoPackage): readonly string[] {
  const kinds = [...goPackage.types.values()].filter((type) => isKind(type) && !isListKind(goPackage, type)).map((type) => type.name)
  const reached = closure(model, goPackage, new Set(kinds))
  // What other packages of the table take from this one.
  const all = model.reachable().get(goPackage.name) ?? new Set()
  for (const name of all) if (!isListKind(goPackage, goPackage.types.get(name)!)) reached.add(name)
  return [...reached].filter((name) => !UNIONS.has(name)).sort()
}

const isListKind = (goPackage: GoPackage, type: GoType): boolean =>
  type.name === 'List' || (type.name.endsWith('List') && isKind(type) && goPackage.types.has(type.name.slice(0, -'List'.length)))

function closure(model: TypeModel, goPackage: GoPackage, names: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  const visit = (wire: Wire): void => {
    if ('element' in wire) visit(wire.element)
    if (!('package' in wire) || wire.package !== goPackage.name || found.has(wire.name)) return
    if (goPackage.name === 'meta/v1' && (CORE_TYPES.has(wire.name) || wire.name === 'TypeMeta')) return
    found.add(wire.name)
    if (wire.is === 'message') for (const field of model.fields(model.find(wire))) visit(model.wire(field.type))
  }
  for (const name of names) visit({ is: isEnum(goPackage.types.get(name)!) ? 'enum' : 'message', package: goPackage.name, name })
  return found
}

class Module {
  readonly #model: TypeModel
  readonly #home: GoPackage
  readonly #core = new Set<string>()
  /** What it refers to in other modules, by package. */
  readonly used = new Map<string, Set<string>>()

  constructor(model: TypeModel, home: GoPackage) {
    this.#model = model
    this.#home = home
  }

  render(names: readonly string[]): string {
    const body = names.map((name) => this.#type(this.#home.types.get(name)!)).join('\n')
    const core = this.#core.size === 0 ? '' : `import type { ${[...this.#core].sort().join(', ')} } from '@kubewright/core'\n`
    const others = [...this.used.keys()].sort().map((name) => `import type * as ${alias(name)} from './${fileName(name)}'\n`)
    return `${core}${others.join('')}\n${body}`
  }

  #type(type: GoType): string {
    if (isEnum(type)) {
      const values = this.#model.enumValues(type).map(literal)
      return `${doc(type.comment.text, '')}export type ${type.name} = ${values.join(' | ')}\n`
    }
    const fields = this.#fields(type)
    const heritage = isKind(type) ? this.#heritage(type) : ''
    const text = `${doc(type.comment.text, '')}export interface ${type.name}${heritage} {${fields === '' ? '' : `\n${fields}`}}\n`
    return isResource(type) ? `${text}${this.#resource(type)}` : text
  }

  #heritage(type: GoType): string {
    if (!this.#model.fields(type).some((field) => field.json === 'metadata')) return ''
    this.#core.add('KubeObject')
    return ' extends KubeObject'
  }

  #fields(type: GoType): string {
    return this.#model
      .fields(type)
      .map((field) => this.#field(type, field))
      .join('')
  }

  #field(type: GoType, field: GoField): string {
    const wire = this.#model.wire(field.type)
    if (field.json === undefined) {
      const inlined = wire.is === 'pointer' ? wire.element : wire
      if (inlined.is !== 'message' || inlined.name === 'TypeMeta') return isKind(type) && !this.#hasMetadata(type) ? TYPE_META : ''
      return this.#fields(this.#model.find(inlined))
    }
    // KubeObject has it.
    if (field.json === 'metadata' && isKind(type)) return ''
    const name = /^[A-Za-z_$][\w$]*$/.test(field.json) ? field.json : `'${field.json}'`
    return `${doc(field.comment.text, '  ')}  readonly ${name}${isRequired(field) ? '' : '?'}: ${this.#wire(wire)}\n`
  }

  #hasMetadata(type: GoType): boolean {
    return this.#model.fields(type).some((field) => field.json === 'metadata')
  }

  #wire(wire: Wire): string {
    switch (wire.is) {
      case 'basic':
        return BASIC.get(wire.name) ?? 'number'
      case 'pointer':
      case 'wrapped':
        return this.#wire(wire.element)
      case 'list': {
        const element = this.#wire(wire.element)
        return element.includes(' | ') ? `readonly (${element})[]` : `readonly ${element}[]`
      }
      case 'map':
        return `Readonly<Record<string, ${this.#wire(wire.element)}>>`
      case 'enum':
      case 'message':
        return this.#name(wire.package, wire.name)
    }
  }

  #name(packageName: string, name: string): string {
    const core = packageName === 'meta/v1' ? CORE_TYPES.get(name) : undefined
    if (core !== undefined) {
      this.#core.add(core)
      return core
    }
    const union = UNIONS.get(name)
    if (union !== undefined) return union
    if (packageName === this.#home.name) return name
    const used = this.used.get(packageName) ?? new Set()
    this.used.set(packageName, used.add(name))
    return `${alias(packageName)}.${name}`
  }

  #resource(type: GoType): string {
    this.#core.add('ResourceType')
    const { group, version } = this.#home
    const parts = [
      `group: '${group}'`,
      `version: '${version}'`,
      `kind: '${type.name}'`,
      `plural: '${pluralOf(type.name)}'`,
      `namespaced: ${isNamespaced(type)}`,
    ]
    return `export const ${type.name}: ResourceType<${type.name}> = { ${parts.join(', ')} }\n`
  }
}

const TYPE_META = '  readonly apiVersion?: string\n  readonly kind?: string\n'

/** `+genclient` marks what has a URL of its own; reviews that live under another object's URL have `+genclient:noVerbs`, or none. */
const isResource = (type: GoType): boolean =>
  isKind(type) && type.comment.tags.has('genclient') && !type.comment.tags.has('genclient:noVerbs')

const alias = (packageName: string): string => packageName.replace(/\/v/, 'V')

/** Kubernetes' own rule, and its one exception among the kinds here. */
export function pluralOf(kind: string): string {
  const singular = kind.toLowerCase()
  if (singular === 'endpoints') return singular
  if (/(s|x|z|ch|sh)$/.test(singular)) return `${singular}es`
  return /[^aeiou]y$/.test(singular) ? `${singular.slice(0, -1)}ies` : `${singular}s`
}

const literal = (text: string): string => `'${text.replaceAll("'", "\\'")}'`

/** The longest description that is shown whole; of longer ones the first sentences. */
const LONGEST_DOC = 280

function doc(text: string, indent: string): string {
  const paragraph = text.split('\n')[0]!.trim()
  if (paragraph === '') return ''
  const sentences = paragraph.split(/(?<=\.)\s+(?=[A-Z])/)
  let shown = sentences[0]!
  for (const sentence of sentences.slice(1))
    if (shown.length + sentence.length < LONGEST_DOC) shown += ` ${sentence}`
    else break
  return `${indent}/** ${shown.replaceAll('*/', '*\u200b/')} */\n`
}
