import { doubleField, flagField, messageField, numberField, textField } from '../protobuf/wire-writer.ts'
import type { OpenApiSchema } from './openapi-schema.ts'

/** The media type in which Go clients ask for OpenAPI v2; many of them take no other. */
export const LEGACY_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

type Node = OpenApiSchema
type Encode = (field: number, value: unknown) => readonly Buffer[]

/** A document of OpenAPI v2 as gnostic's `openapi.v2.Document`. Fields that our documents never have are left out of the tables. */
export const legacyProtobuf = (document: Node): Buffer => Buffer.concat(fieldsOf(document, DOCUMENT))

const text: Encode = (field, value) => [textField(field, String(value))]
const number: Encode = (field, value) => [numberField(field, Number(value))]
const double: Encode = (field, value) => [doubleField(field, Number(value))]
const flag: Encode = (field, value) => [flagField(field, value === true)]
const each =
  (encode: Encode): Encode =>
  (field, values) =>
    (values as readonly unknown[]).flatMap((value) => encode(field, value))
/** Gnostic keeps free values as YAML, and JSON is YAML. */
const any: Encode = (field, value) => [messageField(field, textField(2, JSON.stringify(value)))]
const message =
  (table: Table): Encode =>
  (field, value) => [messageField(field, ...fieldsOf(value as Node, table()))]
/** A choice of several messages is one field of a message around it. */
const chosen =
  (choice: number, encode: Encode): Encode =>
  (field, value) => [messageField(field, ...encode(choice, value))]
/** A map is a list of pairs. */
const named =
  (list: number, encode: Encode): Encode =>
  (field, values) => [
    messageField(
      field,
      ...Object.entries(values as Node).map(([name, value]) => messageField(list, textField(1, name), ...encode(2, value))),
    ),
  ]

/** Field numbers by the name in JSON. `x-` is where vendor extensions go. */
type Fields = Readonly<Record<string, readonly [field: number, encode: Encode]>>
type Table = () => Fields

function fieldsOf(node: Node, table: Fields): readonly Buffer[] {
  return Object.entries(node).flatMap(([key, value]) => {
    const known = table[key]
    if (known !== undefined) return known[1](known[0], value)
    const extension = table['x-']
    return key.startsWith('x-') && extension !== undefined ? [messageField(extension[0], textField(1, key), ...any(2, value))] : []
  })
}

const schema = message(() => SCHEMA)

const SCHEMA: Fields = {
  $ref: [1, text],
  format: [2, text],
  title: [3, text],
  description: [4, text],
  default: [5, any],
  multipleOf: [6, double],
  maximum: [7, double],
  exclusiveMaximum: [8, flag],
  minimum: [9, double],
  exclusiveMinimum: [10, flag],
  maxLength: [11, number],
  minLength: [12, number],
  pattern: [13, text],
  maxItems: [14, number],
  minItems: [15, number],
  uniqueItems: [16, flag],
  maxProperties: [17, number],
  minProperties: [18, number],
  required: [19, each(text)],
  enum: [20, each(any)],
  additionalProperties: [
    21,
    (field, value) => (typeof value === 'boolean' ? chosen(2, flag)(field, value) : chosen(1, schema)(field, value)),
  ],
  type: [22, chosen(1, text)],
  items: [23, chosen(1, schema)],
  properties: [25, named(1, schema)],
  example: [30, any],
  'x-': [31, any],
}

const BODY: Fields = { description: [1, text], name: [2, text], in: [3, text], required: [4, flag], schema: [5, schema] }
const QUERY: Fields = {
  required: [1, flag],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [6, text],
  uniqueItems: [20, flag],
}
const PATH: Fields = {
  required: [1, flag],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [5, text],
  uniqueItems: [19, flag],
}

/** Which of gnostic's kinds of parameters it is. */
const parameter: Encode = (field, value) => {
  const node = value as Node
  if (node['in'] === 'body')
    return chosen(
      1,
      chosen(
        1,
        message(() => BODY),
      ),
    )(field, node)
  const [choice, table] = node['in'] === 'path' ? ([4, PATH] as const) : ([3, QUERY] as const)
  return chosen(
    1,
    chosen(
      2,
      chosen(
        choice,
        message(() => table),
      ),
    ),
  )(field, node)
}

const RESPONSE: Fields = { description: [1, text], schema: [2, chosen(1, schema)] }

const OPERATION: Fields = {
  description: [3, text],
  operationId: [5, text],
  produces: [6, each(text)],
  consumes: [7, each(text)],
  parameters: [8, each(parameter)],
  responses: [
    9,
    named(
      1,
      chosen(
        1,
        message(() => RESPONSE),
      ),
    ),
  ],
  schemes: [10, each(text)],
  'x-': [13, any],
}

const operation = message(() => OPERATION)

const PATH_ITEM: Fields = {
  get: [2, operation],
  put: [3, operation],
  post: [4, operation],
  delete: [5, operation],
  patch: [8, operation],
  parameters: [9, each(parameter)],
  'x-': [10, any],
}

const INFO: Fields = { title: [1, text], version: [2, text] }
const API_KEY: Fields = { type: [1, text], name: [2, text], in: [3, text], description: [4, text] }
const list: Encode = (field, values) => [messageField(field, ...each(text)(1, values))]

const DOCUMENT: Fields = {
  swagger: [1, text],
  info: [2, message(() => INFO)],
  paths: [
    8,
    named(
      2,
      message(() => PATH_ITEM),
    ),
  ],
  definitions: [9, named(1, schema)],
  security: [12, each(named(1, list))],
  securityDefinitions: [
    13,
    named(
      1,
      chosen(
        2,
        message(() => API_KEY),
      ),
    ),
  ],
}
