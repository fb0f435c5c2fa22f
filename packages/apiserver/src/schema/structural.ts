import type { StatusCause } from '@kubewright/core'
import { checkDefault } from './default-rules.ts'
import { forbiddenError, invalidError, missingError, notSupportedError } from './field-error.ts'
import { checkJunctors } from './junctor-rules.ts'
import { checkListRules } from './list-rules.ts'
import { checkPattern } from './pattern-rules.ts'
import { checkRules } from './rules/definition-rules.ts'
import { checkRuleForms } from './rules/rule-form.ts'
import type { Schema } from './schema.ts'
import { type Place, type Visit, walkSchema } from './walk.ts'

/**
 * What keeps a schema from being one that Kubernetes stores ("structural", and its other rules for schemas), in kube-apiserver's words.
 * @param path the field path of the schema, such as `spec.validation.openAPIV3Schema`, under which the server reports a CRD of one version
 */
export function checkStructural(schema: Schema, path: string): StatusCause[] {
  const errors = checkRoot(schema, path)
  const forms: StatusCause[] = []
  for (const visit of walkSchema(schema, path)) {
    errors.push(
      ...checkUnsupported(visit),
      ...checkType(visit),
      ...checkMetadata(visit),
      ...checkObject(visit),
      ...checkExtensions(visit),
      ...checkListRules(visit),
      ...checkPattern(visit.schema, visit.path),
      ...checkJunctors(visit),
      ...checkDefault(visit),
    )
    forms.push(...checkRuleForms(visit.schema, visit.path))
  }
  // What a rule sees is the schema: of one that is not sound nothing is said about its rules.
  if (errors.length === 0) errors.push(...checkRules(schema, path, forms))
  errors.push(...forms)
  return errors.sort((a, b) => ((a.field ?? '') < (b.field ?? '') ? -1 : (a.field ?? '') > (b.field ?? '') ? 1 : 0))
}

function checkRoot(schema: Schema, path: string): StatusCause[] {
  return [
    ...(schema.type && schema.type !== 'object' ? [invalidError(`${path}.type`, schema.type, 'must be object at the root')] : []),
    ...(schema.nullable ? [forbiddenError(`${path}.nullable`, 'nullable cannot be true at the root')] : []),
    ...(schema.additionalProperties === undefined ? [] : [forbiddenError(`${path}.additionalProperties`, 'must not be used at the root')]),
  ]
}

const UNSUPPORTED = ['$ref', 'patternProperties', 'dependencies', 'definitions', 'id', 'additionalItems'] as const

function checkUnsupported({ schema, path }: Visit): StatusCause[] {
  const named = UNSUPPORTED.filter((key) => Object.hasOwn(schema, key)).map((key) =>
    forbiddenError(`${path}.${key}`, `${key} is not supported`),
  )
  if (!schema.uniqueItems) return named
  return [
    ...named,
    forbiddenError(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'),
  ]
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']

const EMPTY_TYPE: Readonly<Record<Place, string>> = {
  root: 'must not be empty at the root',
  property: 'must not be empty for specified object fields',
  metadata: 'must not be empty for specified object fields',
  additional: 'must not be empty for specified object fields',
  items: 'must not be empty for specified array items',
}

function checkType({ schema, path, place }: Visit): StatusCause[] {
  const { type } = schema
  if (!type) {
    const typeless =
      schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'] || schema['x-kubernetes-embedded-resource']
    return typeless ? [] : [missingError(`${path}.type`, EMPTY_TYPE[place])]
  }
  if (type === 'array' && !schema.items) return [missingError(`${path}.items`, 'must be specified')]
  if (TYPES.includes(type)) return []
  const unknown = notSupportedError(`${path}.type`, type, TYPES)
  return type === 'null'
    ? [unknown, forbiddenError(`${path}.type`, 'type cannot be set to null, use nullable as an alternative')]
    : [unknown]
}

/** The object's own fields: their types are given, and metadata may only be narrowed by name. */
function checkMetadata({ schema, path, place }: Visit): StatusCause[] {
  if (place !== 'root') return []
  const errors: StatusCause[] = []
  for (const key of ['apiVersion', 'kind'] as const) {
    const type = schema.properties?.[key]?.type ?? ''
    if (schema.properties?.[key] && type !== 'string') errors.push(invalidError(`${path}.properties[${key}].type`, type, 'must be string'))
  }
  const metadata = schema.properties?.['metadata']
  if (!metadata) return errors
  const at = `${path}.properties[metadata]`
  if (metadata.type !== 'object') errors.push(invalidError(`${at}.type`, metadata.type ?? '', 'must be object'))
  const { type: _type, description: _description, properties, ...rest } = metadata
  const others = Object.keys(properties ?? {}).some((key) => key !== 'name' && key !== 'generateName')
  if (others || Object.keys(rest).length > 0) {
    errors.push(forbiddenError(at, 'must not specify anything other than name and generateName, but metadata is implicitly specified'))
  }
  return errors
}

function checkObject({ schema, path }: Visit): StatusCause[] {
  const both = schema.additionalProperties !== undefined && Object.keys(schema.properties ?? {}).length > 0
  return both ? [forbiddenError(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')] : []
}

function checkExtensions({ schema, path }: Visit): StatusCause[] {
  const errors: StatusCause[] = []
  const preserve = schema['x-kubernetes-preserve-unknown-fields']
  const preservePath = `${path}.x-kubernetes-preserve-unknown-fields`
  if (preserve === false) errors.push(invalidError(preservePath, false, 'must be true or undefined'))
  if (preserve && schema['x-kubernetes-int-or-string']) {
    errors.push(invalidError(preservePath, true, 'must be false if x-kubernetes-int-or-string is true'))
  }
  if (schema['x-kubernetes-embedded-resource']) {
    const what = 'must be object if x-kubernetes-embedded-resource is true'
    if (!schema.type) errors.push(missingError(`${path}.type`, what))
    else if (schema.type !== 'object') errors.push(invalidError(`${path}.type`, schema.type, what))
    if (!preserve && Object.keys(schema.properties ?? {}).length === 0) {
      const without = 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields'
      errors.push(missingError(`${path}.properties`, without))
    }
  }
  return errors
}
