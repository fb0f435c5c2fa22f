import type { DynamicObject, KubeObject } from '@kubewright/core'
import { kindOfType } from '../builtin/index.ts'
import { type Fields, isFields } from '../registry/fields.ts'
import { apiVersionOfResource, type StoredResource } from '../registry/resource.ts'
import { DecodeError, type TypedForm } from '../registry/typed-form.ts'
import { badRequest, invalid, invalidValue } from '../status/index.ts'
import { type DecodedBody, excerpt } from './body.ts'
import { duplicateFields, keyProblems } from './duplicate-fields.ts'
import type { FieldValidation } from './options.ts'

export interface DecodedObject {
  readonly object: DynamicObject
  /** For `Warning` headers. */
  readonly warnings: readonly string[]
}

/** Where a scheme error in the real server says it comes from; clients show the text as it is. */
export const SCHEME = 'in scheme "pkg/runtime/scheme.go:111"'

const cannotHandle = ({ kind, version }: StoredResource, why: string): string =>
  `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`

/** An object that was sent whole, in the form it is stored. @throws Refusal 400, 422 */
export function decodeObject(resource: StoredResource, body: DecodedBody, validation: FieldValidation): DecodedObject {
  const fields = requireType(resource, body)
  const form = typed(resource, fields, (problem) => badRequest(cannotHandle(resource, problem)))
  const object = form.value as unknown as DynamicObject
  if (validation === 'Ignore') return { object, warnings: [] }
  const inYaml = body.duplicates ?? []
  const problems = problemsOf(resource, body, form)
  if (validation === 'Strict' && problems.length + inYaml.length > 0) {
    const first = inYaml.length === 0 ? [] : [`yaml: unmarshal errors:\n  ${inYaml.join('\n  ')}`]
    throw badRequest(cannotHandle(resource, `strict decoding error: ${[...first, ...problems].join(', ')}`))
  }
  return { object, warnings: [...inYaml, ...problems] }
}

/** An object as a patch has made it. `slips`: what was wrong with the patch itself. @throws Refusal 400, 422 */
export function decodePatched(
  resource: StoredResource,
  patched: unknown,
  validation: FieldValidation,
  slips: readonly string[] = [],
): DecodedObject {
  if (!isFields(patched)) throw badRequest(`the patch makes the ${resource.kind} something that is no object`)
  requirePatchedType(resource, patched)
  const form = typed(resource, patched, (problem) => patchInvalid(patched, problem))
  const problems = validation === 'Ignore' ? [] : [...slips, ...unknown(form)]
  if (validation === 'Strict' && problems.length > 0) throw patchInvalid(patched, `strict decoding error: ${problems.join(', ')}`)
  return { object: form.value as unknown as DynamicObject, warnings: problems }
}

export const patchInvalid = (patched: unknown, problem: string): Error =>
  invalid({ group: '', kind: '' }, '', [invalidValue('patch', JSON.stringify(patched), problem)])

function typed(resource: StoredResource, fields: Fields, refuse: (problem: string) => Error): TypedForm {
  try {
    return resource.read(fields)
  } catch (error) {
    throw error instanceof DecodeError ? refuse(error.message) : error
  }
}

const unknown = (form: TypedForm): string[] => form.unknownFields.map((path) => `unknown field ${JSON.stringify(path)}`)

/** The real server decodes its own kinds in one pass, and custom resources in two: first the text, then what it says. */
function problemsOf({ custom }: StoredResource, { json }: DecodedBody, form: TypedForm): readonly string[] {
  if (json === undefined) return unknown(form)
  if (custom === undefined) return keyProblems(json, form.unknownFields)
  return [...duplicateFields(json).map((path) => `duplicate field ${JSON.stringify(path)}`), ...unknown(form)]
}

function requireType(resource: StoredResource, { value, json }: DecodedBody): Fields {
  const unrecognized = (problem: string) => badRequest(`the object provided is unrecognized (must be of type ${resource.kind}): ${problem}`)
  // Go reads null as an object without fields.
  if (value === null) return { kind: resource.kind, apiVersion: apiVersionOfResource(resource) }
  if (!isFields(value)) {
    const what = Array.isArray(value) ? 'array' : typeof value
    const type = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
    throw unrecognized(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into Go value of type ${type} (${excerpt(json ?? '')})`,
    )
  }
  const { kind, apiVersion } = value as Partial<KubeObject>
  const expected = apiVersionOfResource(resource)
  if (resource.custom !== undefined) {
    const text = json?.trim() ?? JSON.stringify(value)
    if (!kind) throw unrecognized(`Object 'Kind' is missing in '${text}' (${text.length > 30 ? `${text.slice(0, 30)} ...` : text})`)
    if (apiVersion !== expected)
      throw badRequest(`the API version in the data (${apiVersion ?? ''}) does not match the expected API version (${expected})`)
    if (kind !== resource.kind) throw wrongKind(resource, value, kind)
    return value
  }
  const isSame = (kind ?? resource.kind) === resource.kind && (apiVersion ?? expected) === expected
  if (!isSame) throw badRequest(wrongBuiltin(resource, kind ?? resource.kind, apiVersion ?? expected))
  return { ...value, kind: resource.kind, apiVersion: expected }
}

function requirePatchedType(resource: StoredResource, patched: Fields): void {
  const { kind, apiVersion } = patched as Partial<KubeObject>
  const expected = apiVersionOfResource(resource)
  if (apiVersion === expected && kind === resource.kind) return
  if (resource.custom === undefined)
    throw patchInvalid(
      patched,
      `no kind ${JSON.stringify(kind ?? '')} is registered for version ${JSON.stringify(apiVersion ?? '')} ${SCHEME}`,
    )
  if (apiVersion === expected) throw wrongKind(resource, patched, kind ?? '')
  const name = String((patched['metadata'] as Fields | undefined)?.['name'] ?? '')
  const group = apiVersion?.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  throw invalid({ group, kind: kind ?? '' }, name, [invalidValue('apiVersion', apiVersion ?? '', `must be ${expected}`)])
}

function wrongKind(resource: StoredResource, object: Fields, kind: string): Error {
  const name = String((object['metadata'] as Fields | undefined)?.['name'] ?? '')
  return invalid({ group: resource.group, kind }, name, [invalidValue('kind', kind, `must be ${resource.kind}`)])
}

function wrongBuiltin(resource: StoredResource, kind: string, apiVersion: string): string {
  const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion]
  const what = `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${resource.kind}: `
  if (kindOfType({ group, version, kind }) === undefined)
    return `${what}no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} ${SCHEME}`
  return `${what}converting (v1.${kind}) to (${resource.group.split('.')[0] || 'core'}.${resource.kind}): unknown conversion`
}
