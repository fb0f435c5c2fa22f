import { dns1035LabelErrors, dnsLabelErrors, labelValueErrors, qualifiedNameErrors, type StatusCause } from '@kubewright/core'
import { invalidError, requiredError } from './field-error.ts'
import { childPath } from './path.ts'
import { childSchema, isJsonMap, type Json, type JsonMap, type Schema } from './schema.ts'

/** What every object must have, for the objects inside of this one (`x-kubernetes-embedded-resource`). */
export function checkEmbeddedResources(value: Json, schema: Schema, path: string): StatusCause[] {
  if (Array.isArray(value)) {
    const { items } = schema
    return items ? value.flatMap((item, index) => checkEmbeddedResources(item, items, `${path}[${index}]`)) : []
  }
  if (!isJsonMap(value)) return []
  const own = schema['x-kubernetes-embedded-resource'] && path !== '' ? checkObject(value, path) : []
  const below = Object.entries(value).flatMap(([key, each]) => {
    const child = childSchema(schema, key)
    return child ? checkEmbeddedResources(each, child, childPath(path, key)) : []
  })
  return [...own, ...below]
}

function checkObject(object: JsonMap, path: string): StatusCause[] {
  const { metadata } = object
  return [
    ...checkApiVersion(object['apiVersion'], `${path}.apiVersion`, true),
    ...checkKind(object['kind'], `${path}.kind`, true),
    ...(isJsonMap(metadata) ? checkMetadata(metadata, `${path}.metadata`) : []),
  ]
}

function checkApiVersion(value: Json | undefined, path: string, required: boolean): StatusCause[] {
  if (value === undefined && required) return [requiredError(path)]
  const text = typeof value === 'string' ? value : ''
  const parts = text.split('/')
  if (parts.length > 2) return [invalidError(path, text, `unexpected GroupVersion string: ${text}`)]
  return text === '' ? [invalidError(path, text, required ? 'must not be empty' : 'version must not be empty')] : []
}

function checkKind(value: Json | undefined, path: string, required: boolean): StatusCause[] {
  if (value === undefined && required) return [requiredError(path)]
  const text = typeof value === 'string' ? value : ''
  if (text === '') return [invalidError(path, text, 'must not be empty')]
  const errors = required ? dns1035LabelErrors(text.toLowerCase()) : []
  return errors.length === 0 ? [] : [invalidError(path, text, `may have mixed case, but should otherwise match: ${errors.join(',')}`)]
}

function checkMetadata(metadata: JsonMap, path: string): StatusCause[] {
  const { namespace, labels, annotations, ownerReferences } = metadata
  return [
    ...(typeof namespace === 'string' && namespace !== ''
      ? dnsLabelErrors(namespace).map((detail) => invalidError(`${path}.namespace`, namespace, detail))
      : []),
    ...checkLabels(labels, `${path}.labels`),
    ...checkKeys(annotations, `${path}.annotations`, (key) => key.toLowerCase()),
    ...(Array.isArray(ownerReferences) ? ownerReferences : []).flatMap((each) =>
      isJsonMap(each) ? checkOwner(each, `${path}.ownerReferences`) : [],
    ),
  ]
}

function checkKeys(map: Json | undefined, path: string, normalize: (key: string) => string): StatusCause[] {
  return Object.keys(isJsonMap(map) ? map : {}).flatMap((key) =>
    qualifiedNameErrors(normalize(key)).map((detail) => invalidError(path, key, detail)),
  )
}

function checkLabels(labels: Json | undefined, path: string): StatusCause[] {
  const values = Object.values(isJsonMap(labels) ? labels : {}).filter((value) => typeof value === 'string')
  return [
    ...checkKeys(labels, path, (key) => key),
    ...values.flatMap((value) => labelValueErrors(value).map((detail) => invalidError(path, value, detail))),
  ]
}

function checkOwner(owner: JsonMap, path: string): StatusCause[] {
  const empty = (key: string) =>
    owner[key] === undefined || owner[key] === '' ? [invalidError(`${path}.${key}`, '', 'must not be empty')] : []
  return [
    ...checkApiVersion(owner['apiVersion'], `${path}.apiVersion`, false),
    ...checkKind(owner['kind'], `${path}.kind`, false),
    ...empty('name'),
    ...empty('uid'),
  ]
}
