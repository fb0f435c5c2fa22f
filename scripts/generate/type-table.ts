import type { GoField, GoPackage, GoType } from './go-source.ts'
import { isEnum, isKind, isNamespaced, isRequired, type TypeModel, type Wire } from './type-model.ts'

/** The table of types as text, one line a field: see the head of the file it becomes for the grammar. */
export function renderTypeTable(model: TypeModel): string {
  const reached = model.reachable()
  return model.packages.map((each) => renderPackage(model, each, reached.get(each.name)!)).join('')
}

function renderPackage(model: TypeModel, goPackage: GoPackage, reached: ReadonlySet<string>): string {
  const lines = [`# ${goPackage.name} ${goPackage.group || '-'} ${goPackage.version} ${goPackage.model}`]
  for (const name of [...reached].sort()) {
    const type = goPackage.types.get(name)!
    if (isEnum(type)) lines.push(`=${name} ${model.enumValues(type).join('|')}`)
    else lines.push(renderHead(type), ...model.fields(type).flatMap((field) => renderField(model, goPackage, field)))
  }
  return `${lines.join('\n')}\n`
}

function renderHead(type: GoType): string {
  const flags: string[] = []
  if (isKind(type)) flags.push(isNamespaced(type) ? 'k' : 'K')
  const atomic = type.comment.tags.get('structType') ?? type.comment.tags.get('mapType')
  if (atomic) flags.push(`mt:${atomic[0]}`)
  return [type.name, ...flags].join(' ')
}

function renderField(model: TypeModel, goPackage: GoPackage, field: GoField): string[] {
  const wire = model.wire(field.type)
  if (wire.is === 'message' && wire.name === 'TypeMeta' && field.json === undefined) return ['\t- 0 meta/v1.TypeMeta i']
  const tag = (name: string) => field.comment.tags.get(name)?.[0]
  const flags: string[] = []
  if (field.json === undefined) flags.push('i')
  if (field.omitEmpty) flags.push('o')
  if (isRequired(field)) flags.push('r')
  if (field.patchStrategy) flags.push(`ps:${field.patchStrategy}`)
  if (field.patchMergeKey) flags.push(`pk:${field.patchMergeKey}`)
  const listType = tag('listType')
  if (listType) flags.push(`lt:${listType}`)
  const keys = field.comment.tags.get('listMapKey')
  if (keys) flags.push(`lk:${keys.join(',')}`)
  const mapType = tag('mapType') ?? tag('structType')
  if (mapType) flags.push(`mt:${mapType}`)
  const fallback = tag('default')
  if (fallback !== undefined) flags.push(`d:${renderDefault(goPackage, fallback)}`)
  return [`\t${[field.json ?? '-', field.proto ?? 0, renderWire(wire, goPackage.name), ...flags].join(' ')}`]
}

function renderDefault(goPackage: GoPackage, text: string): string {
  const reference = /^ref\((\w+)\)$/.exec(text)
  if (!reference) return text
  for (const type of goPackage.types.values()) {
    const constant = type.constants.find((each) => each.name === reference[1])
    if (constant) return JSON.stringify(constant.value)
  }
  throw new Error(`${goPackage.name}: the default ${text} names no constant`)
}

function renderWire(wire: Wire, home: string): string {
  switch (wire.is) {
    case 'basic':
      return wire.name
    case 'enum':
    case 'message':
      return wire.package === home ? `.${wire.name}` : `${wire.package}.${wire.name}`
    case 'pointer':
      return `*${renderWire(wire.element, home)}`
    case 'list':
      return `[]${renderWire(wire.element, home)}`
    case 'map':
      return `map:${renderWire(wire.element, home)}`
    case 'wrapped':
      return `wrap:${renderWire(wire.element, home)}`
  }
}

/** Descriptions by `package.Type` and `package.Type.field`. */
export function collectDescriptions(model: TypeModel): Record<string, string> {
  const reached = model.reachable()
  const descriptions: Record<string, string> = {}
  for (const goPackage of model.packages) {
    for (const name of [...reached.get(goPackage.name)!].sort()) {
      const type = goPackage.types.get(name)!
      if (isEnum(type)) continue
      const path = `${goPackage.name}.${name}`
      if (type.comment.text) descriptions[path] = type.comment.text
      for (const field of model.fields(type))
        if (field.json && field.comment.text) descriptions[`${path}.${field.json}`] = field.comment.text
    }
  }
  return descriptions
}
