import { type CelType, listOf, mapOf, objectType, opaque, optionalOf, parameter, type SimpleKind, typeOf } from './type.ts'

/** Types of the Kubernetes libraries, by the names that signatures use. */
export const QUANTITY = objectType('kubernetes.Quantity')
export const URL_TYPE = objectType('kubernetes.URL')
export const SEMVER = objectType('kubernetes.Semver')
export const FORMAT = objectType('kubernetes.NamedFormat')
export const IP = opaque('net.IP')
export const CIDR = opaque('net.CIDR')

export const AUTHORIZER = objectType('kubernetes.authorization.Authorizer')
export const PATH_CHECK = objectType('kubernetes.authorization.PathCheck')
export const GROUP_CHECK = objectType('kubernetes.authorization.GroupCheck')
export const RESOURCE_CHECK = objectType('kubernetes.authorization.ResourceCheck')
export const DECISION = objectType('kubernetes.authorization.Decision')

const NAMED: Readonly<Record<string, CelType>> = {
  quantity: QUANTITY,
  url: URL_TYPE,
  semver: SEMVER,
  format: FORMAT,
  ip: IP,
  cidr: CIDR,
  authorizer: AUTHORIZER,
  pathcheck: PATH_CHECK,
  groupcheck: GROUP_CHECK,
  resourcecheck: RESOURCE_CHECK,
  decision: DECISION,
}
const SIMPLE = new Set<string>([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'null_type',
  'string',
  'timestamp',
  'uint',
] satisfies SimpleKind[])

export interface Signature {
  readonly name: string
  readonly member: boolean
  /** The target first, when there is one. */
  readonly parameters: readonly CelType[]
  readonly result: CelType
}

/** Reads `list(A).indexOf(A): int`, `duration(string): duration`, `lists::range(int): list(int)`. A single capital is an open type. */
export function parseSignature(text: string): Signature {
  const [, target, name, args, result] = /^(?:([A-Za-z_]+(?:\(.*?\))?)\.)?([^().]+)\((.*)\): (.+)$/.exec(text) ?? []
  if (name === undefined || result === undefined) throw new Error(`signature "${text}" is malformed`)
  const parameters = splitArguments(args ?? '').map(parseType)
  return {
    name: name.replace('::', '.'),
    member: target !== undefined,
    parameters: target === undefined ? parameters : [parseType(target), ...parameters],
    result: parseType(result),
  }
}

function splitArguments(text: string): string[] {
  return text === '' ? [] : text.split(/, (?![^(]*\))/)
}

function parseType(text: string): CelType {
  const [, name, inner] = /^(\w+)(?:\((.*)\))?$/.exec(text) ?? []
  if (inner !== undefined) {
    const parameters = splitArguments(inner).map(parseType)
    if (name === 'list') return listOf(parameters[0]!)
    if (name === 'map') return mapOf(parameters[0]!, parameters[1]!)
    if (name === 'optional') return optionalOf(parameters[0]!)
    if (name === 'type') return typeOf(parameters[0])
  }
  if (/^[A-Z]$/.test(text)) return parameter(text)
  const named = Object.hasOwn(NAMED, text) ? NAMED[text] : undefined
  if (named !== undefined) return named
  if (SIMPLE.has(text)) return { kind: text as SimpleKind }
  throw new Error(`type "${text}" of a signature is unknown`)
}
