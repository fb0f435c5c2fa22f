import { fieldExtensions } from '../builtin/builtin-schema.ts'
import { jsonFields } from '../builtin/kind-type.ts'
import { type BasicType, builtinTypes, type Field, type MessageType, type TypeRef } from '../builtin/type-table.ts'
import { type OpenApiSchema, reference, referenceWith } from './openapi-schema.ts'

export type Descriptions = Readonly<Record<string, string>>

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1'

/** Types with a wire form of their own, by the names under which every document has them. */
const NAMED_BASICS: Partial<Readonly<Record<BasicType, readonly [name: string, schema: OpenApiSchema]>>> = {
  Time: [`${META}.Time`, { description: 'A moment in RFC 3339, in whole seconds.', type: 'string', format: 'date-time' }],
  MicroTime: [`${META}.MicroTime`, { description: 'A moment in RFC 3339, with microseconds.', type: 'string', format: 'date-time' }],
  Duration: [`${META}.Duration`, { description: 'A duration as Go writes it, such as 1h30m.', type: 'string' }],
  FieldsV1: [`${META}.FieldsV1`, { description: 'A set of fields, as managedFields has it.', type: 'object' }],
  Quantity: [
    'io.k8s.apimachinery.pkg.api.resource.Quantity',
    { description: 'A number with a unit, such as 500m or 1.5Gi.', oneOf: [{ type: 'string' }, { type: 'number' }] },
  ],
  IntOrString: [
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    { description: 'A number or a text.', format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  ],
  RawExtension: ['io.k8s.apimachinery.pkg.runtime.RawExtension', { description: 'Any object.', type: 'object' }],
  JSON: [`${EXTENSIONS}.JSON`, { description: 'Any JSON value.' }],
}

const PLAIN_BASICS: Partial<Readonly<Record<BasicType, OpenApiSchema>>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  uint8: { type: 'integer', format: 'byte' },
  uint16: { type: 'integer', format: 'int32' },
  uint32: { type: 'integer', format: 'int64' },
  uint64: { type: 'integer', format: 'int64' },
  float64: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  any: { type: 'object' },
}

/** Go's zero values of the plain types: what a field that is always sent has by default. */
const ZERO: Partial<Readonly<Record<BasicType, unknown>>> = { string: '', bool: false, int32: 0, int64: 0, float64: 0 }

/** Objects in Go, in JSON one of two things that no schema names. */
const UNTYPED = new Set(['JSONSchemaPropsOrArray', 'JSONSchemaPropsOrBool', 'JSONSchemaPropsOrStringArray'])

/** `core/v1.Pod` as `io.k8s.api.core.v1.Pod`. */
export function modelName(type: MessageType): string {
  return `${type.package.model}.${type.name.slice(type.name.lastIndexOf('.') + 1)}`
}

/** The schemas of the built-in types by their names in a document, made when they are asked for. */
export class BuiltinComponents {
  readonly #descriptions: Descriptions
  readonly #messages: ReadonlyMap<string, MessageType>
  readonly #basics: ReadonlyMap<string, OpenApiSchema>

  constructor(descriptions: Descriptions) {
    this.#descriptions = descriptions
    const messages = [...builtinTypes().types.values()].filter((type) => type.is === 'message')
    this.#messages = new Map(messages.map((type) => [modelName(type), type]))
    this.#basics = new Map(Object.values(NAMED_BASICS))
  }

  /** `undefined`: no built-in type has this name. */
  find(name: string): OpenApiSchema | undefined {
    if (name === `${META}.Patch`) return { description: 'A patch, of the type that the content type says.', type: 'object' }
    const type = this.#messages.get(name)
    return type ? this.#message(type) : this.#basics.get(name)
  }

  #message(type: MessageType): OpenApiSchema {
    const description = this.#descriptions[type.name]
    const name = type.name.slice(type.name.lastIndexOf('.') + 1)
    if (UNTYPED.has(name)) return { description }
    const fields = [...jsonFields(type)]
    const required = fields.filter((field) => field.required).map((field) => field.json)
    const { group, version } = type.package
    return {
      ...(description === undefined ? {} : { description }),
      type: 'object',
      ...(required.length === 0 ? {} : { required }),
      ...(fields.length === 0 ? {} : { properties: Object.fromEntries(fields.map((field) => [field.json, this.#field(type, field)])) }),
      ...(type.mapType === undefined ? {} : { 'x-kubernetes-map-type': type.mapType }),
      ...(type.scope === undefined
        ? {}
        : { 'x-kubernetes-group-version-kind': [{ group: group === 'meta.k8s.io' ? '' : group, kind: name, version }] }),
    }
  }

  #field(parent: MessageType, field: Field & { readonly json: string }): OpenApiSchema {
    const description = this.#descriptions[`${parent.name}.${field.json}`] ?? this.#inlinedDescription(parent, field.json)
    const fallback = field.default ?? (field.omitEmpty && !isMessage(field.type) ? undefined : zeroOf(field.type))
    const beside = {
      ...(description === undefined ? {} : { description }),
      ...fieldExtensions(field),
      ...(fallback === undefined ? {} : { default: fallback }),
    }
    return refSchema(field.type, beside)
  }

  /** The description of a field stands with the message that declares it, which may be inlined here. */
  #inlinedDescription(parent: MessageType, json: string): string | undefined {
    for (const field of parent.fields) {
      if (field.json !== undefined) continue
      const name = field.type.is === 'named' ? field.type.name : undefined
      const inlined = name === undefined ? undefined : builtinTypes().types.get(name)
      if (inlined?.is !== 'message') continue
      const found = this.#descriptions[`${inlined.name}.${json}`] ?? this.#inlinedDescription(inlined, json)
      if (found !== undefined) return found
    }
    return undefined
  }
}

const isMessage = (ref: TypeRef): boolean => ref.is === 'named' && builtinTypes().types.get(ref.name)?.is === 'message'

function zeroOf(ref: TypeRef): unknown {
  if (ref.is === 'basic') return ZERO[ref.name] ?? (ref.name === 'RawExtension' || ref.name === 'FieldsV1' ? {} : undefined)
  if (ref.is !== 'named') return undefined
  return builtinTypes().types.get(ref.name)?.is === 'enum' ? '' : {}
}

function refSchema(ref: TypeRef, beside: OpenApiSchema = {}): OpenApiSchema {
  switch (ref.is) {
    case 'basic': {
      const named = NAMED_BASICS[ref.name]
      return named ? referenceWith(named[0], beside) : { ...beside, ...PLAIN_BASICS[ref.name] }
    }
    case 'pointer':
      return refSchema(ref.element, beside)
    case 'list':
    case 'wrapped':
      return { ...beside, type: 'array', items: elementSchema(ref.element) }
    case 'map':
      return { ...beside, type: 'object', additionalProperties: elementSchema(ref.element) }
    case 'named': {
      const type = builtinTypes().types.get(ref.name)
      if (type?.is === 'enum') return { ...beside, type: 'string', enum: type.values }
      return type ? referenceWith(modelName(type), beside) : reference(ref.name)
    }
  }
}

function elementSchema(ref: TypeRef): OpenApiSchema {
  const zero = zeroOf(ref)
  return refSchema(ref, zero === undefined ? {} : { default: zero })
}
