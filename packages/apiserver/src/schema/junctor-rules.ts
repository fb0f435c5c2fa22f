import type { StatusCause } from '@kubewright/core'
import { forbiddenError } from './field-error.ts'
import { checkPattern } from './pattern-rules.ts'
import type { Schema } from './schema.ts'
import { junctorsOf, type Visit } from './walk.ts'

/** What a node under anyOf, oneOf, allOf or not must not say: it may restrict values, not describe them. */
const FORBIDDEN: readonly (readonly [key: keyof Schema, detail: string])[] = [
  ['type', 'must be empty to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['default', 'must be undefined to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
]

export function checkJunctors({ schema, path }: Visit): StatusCause[] {
  const types = integerOrStringAlternatives(schema, path)
  return checkBelow(schema, path, types)
}

function checkBelow(schema: Schema, path: string, types: ReadonlySet<string>): StatusCause[] {
  return [...junctorsOf(schema, path)].flatMap(([each, at]) => checkNode(each, at, types))
}

function checkNode(schema: Schema, path: string, types: ReadonlySet<string>): StatusCause[] {
  const said = FORBIDDEN.filter(([key]) => schema[key] !== undefined && schema[key] !== false && !(key === 'type' && types.has(path)))
  const own = said.map(([key, detail]) => forbiddenError(`${path}.${key}`, detail))
  const items = schema.items ? checkNode(schema.items, `${path}.items`, types) : []
  const properties = Object.entries(schema.properties ?? {}).flatMap(([key, each]) => checkNode(each, `${path}.properties[${key}]`, types))
  return [...own, ...checkPattern(schema, path), ...checkBelow(schema, path, types), ...items, ...properties]
}

/** `anyOf: [{type: integer}, {type: string}]`, alone or first in allOf, is how int-or-string is also written: there, and only there, types may stand. */
function integerOrStringAlternatives(schema: Schema, path: string): ReadonlySet<string> {
  if (!schema['x-kubernetes-int-or-string']) return new Set()
  const places = [
    [schema.anyOf, `${path}.anyOf`],
    [schema.allOf?.[0]?.anyOf, `${path}.allOf[0].anyOf`],
  ] as const
  const matching = places.filter(([each]) => each?.length === 2 && each[0]?.type === 'integer' && each[1]?.type === 'string')
  return new Set(matching.flatMap(([, at]) => [`${at}[0]`, `${at}[1]`]))
}
