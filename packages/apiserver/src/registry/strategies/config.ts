import { type DynamicObject, deepEqual, type StatusCause } from '@kubewright/core'
import { forbiddenValue, immutableField, invalidValue, requiredValue } from '../../status/index.ts'
import { type Fields, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy, textAt } from '../strategy.ts'

/** Of the data of one ConfigMap or Secret. */
const LARGEST_DATA = 1024 * 1024

const KEY = /^[-._a-zA-Z0-9]+$/
const KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

const data = (object: DynamicObject, field: string): Fields => optionalFields(object as Fields, field) ?? {}

function validateKeys(object: DynamicObject, field: string): StatusCause[] {
  return Object.keys(data(object, field)).flatMap((key) => {
    const at = `${field}[${key}]`
    if (key === '.' || key === '..') return [invalidValue(at, key, `must not be '${key}'`)]
    if (key.startsWith('..')) return [invalidValue(at, key, `must not start with '..'`)]
    if (key.length > 253) return [invalidValue(at, key, 'must be no more than 253 characters')]
    return KEY.test(key) ? [] : [invalidValue(at, key, KEY_RULE)]
  })
}

function tooLarge(field: string, bytes: number): StatusCause[] {
  return bytes > LARGEST_DATA
    ? [{ reason: 'FieldValueTooLong', message: `Too long: may not be more than ${LARGEST_DATA} bytes`, field }]
    : []
}

const decodedSize = (base64: unknown): number => Buffer.byteLength(String(base64 ?? ''), 'base64')

/** `immutable: true` closes the data, and cannot be taken back. */
function validateImmutable(object: DynamicObject, old: DynamicObject, fields: readonly string[]): StatusCause[] {
  if (old['immutable'] !== true) return []
  const changed = fields.filter((field) => !deepEqual(object[field], old[field]))
  if (object['immutable'] !== true) changed.unshift('immutable')
  return changed.map((field) => forbiddenValue(field, 'field is immutable when `immutable` is set'))
}

export const configMaps: Strategy = {
  ...defaultStrategy,
  validate(object) {
    const text = data(object, 'data')
    const binary = data(object, 'binaryData')
    const size = Object.values(text).reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0)
    const total = Object.values(binary).reduce<number>((sum, value) => sum + decodedSize(value), size)
    const twice = Object.keys(binary).filter((key) => Object.hasOwn(text, key))
    return [
      ...validateKeys(object, 'data'),
      ...twice.map((key) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')),
      ...validateKeys(object, 'binaryData'),
      ...tooLarge('[]', total),
    ]
  },
  validateUpdate: (object, old) => validateImmutable(object, old, ['data', 'binaryData']),
}

/** Keys without which a Secret of a well-known type is of no use to its readers. */
const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
}

export const secrets: Strategy = {
  ...defaultStrategy,
  selectable: { type: textAt('type') },
  defaults(draft) {
    draft['type'] ??= 'Opaque'
    const plain = optionalFields(draft, 'stringData')
    if (plain === undefined) return
    const encoded = Object.entries(plain).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')])
    draft['data'] = { ...optionalFields(draft, 'data'), ...Object.fromEntries(encoded) }
    delete draft['stringData']
  },
  validate(object) {
    const values = data(object, 'data')
    const missing = (REQUIRED_KEYS[String(object['type'])] ?? []).filter((key) => !Object.hasOwn(values, key))
    return [
      ...validateKeys(object, 'data'),
      ...tooLarge(
        'data',
        Object.values(values).reduce<number>((sum, value) => sum + decodedSize(value), 0),
      ),
      ...missing.map((key) => requiredValue(`data[${key}]`)),
      ...validateServiceAccountToken(object),
    ]
  },
  validateUpdate(object, old) {
    const type = object['type'] === old['type'] ? [] : [immutableField('type', object['type'])]
    return [...type, ...validateImmutable(object, old, ['data'])]
  },
}

function validateServiceAccountToken(object: DynamicObject): StatusCause[] {
  const annotation = 'kubernetes.io/service-account.name'
  if (object['type'] !== 'kubernetes.io/service-account-token' || object.metadata.annotations?.[annotation]) return []
  return [requiredValue(`metadata.annotations[${annotation}]`)]
}
