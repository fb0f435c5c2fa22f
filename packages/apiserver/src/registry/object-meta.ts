import {
  type DynamicObject,
  deepEqual,
  dnsLabelErrors,
  dnsSubdomainErrors,
  labelValueErrors,
  type ObjectMeta,
  type OwnerReference,
  qualifiedNameErrors,
  type StatusCause,
} from '@kubewright/core'
import { forbiddenValue, immutableField, invalidValue, requiredValue } from '../status/index.ts'

/** Says what is wrong with a name; empty: nothing. */
export type NameRule = (name: string) => readonly string[]

/** The rule of most kinds. */
export const subdomainName: NameRule = dnsSubdomainErrors
export const labelName: NameRule = dnsLabelErrors
/** RBAC objects may be called `system:node`: anything that can stand in one segment of a URL. */
export const pathSegmentName: NameRule = (name) => {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  const illegal = ['/', '%'].find((character) => name.includes(character))
  return illegal === undefined ? [] : [`may not contain '${illegal}'`]
}

/** All annotations of an object together; etcd's own limit is not far above. */
const LARGEST_ANNOTATIONS = 256 * 1024

/** Finalizers of Kubernetes itself, which alone may lack a domain. */
const STANDARD_FINALIZERS = new Set(['orphan', 'foregroundDeletion', 'kubernetes'])

export interface MetaRules {
  readonly namespaced: boolean
  readonly name: NameRule
  /** Kubernetes' own kinds take no finalizer without a path; custom resources, and the kind that defines them, take any name. */
  readonly qualifiedFinalizers: boolean
}

export function validateNewMeta(object: DynamicObject, options: MetaRules): StatusCause[] {
  const { metadata } = object
  const causes: StatusCause[] = []
  if (metadata.generateName) {
    // The suffix is still to come: a trailing dash is the custom and legal.
    const stem = metadata.generateName.replace(/-$/, 'x')
    causes.push(...options.name(stem).map((problem) => invalidValue('metadata.generateName', metadata.generateName, problem)))
  }
  if (!metadata.name) causes.push(requiredValue('metadata.name', 'name or generateName is required'))
  else causes.push(...options.name(metadata.name).map((problem) => invalidValue('metadata.name', metadata.name, problem)))
  if (options.namespaced && !metadata.namespace) causes.push(requiredValue('metadata.namespace'))
  return [...causes, ...validateMeta(metadata, options)]
}

export function validateUpdatedMeta(object: DynamicObject, old: DynamicObject, rules: MetaRules): StatusCause[] {
  const { metadata } = object
  const before = old.metadata
  const causes: StatusCause[] = []
  if (before.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((finalizer) => !(before.finalizers ?? []).includes(finalizer))
    if (added.length > 0) {
      const list = added.map((finalizer) => JSON.stringify(finalizer)).join(', ')
      causes.push(
        forbiddenValue(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
        ),
      )
    }
  }
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if (!deepEqual(metadata[field], before[field])) causes.push(immutableField(`metadata.${field}`, metadata[field]))
  }
  return [...causes, ...validateMeta(metadata, rules)]
}

function validateMeta(metadata: ObjectMeta, { qualifiedFinalizers }: MetaRules): StatusCause[] {
  return [
    ...validateLabels(metadata.labels ?? {}, 'metadata.labels'),
    ...validateAnnotations(metadata.annotations ?? {}),
    ...validateOwners(metadata.ownerReferences ?? []),
    ...validateFinalizers(metadata.finalizers ?? [], qualifiedFinalizers),
  ]
}

export function validateLabels(labels: Readonly<Record<string, string>>, field: string): StatusCause[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameErrors(key).map((problem) => invalidValue(field, key, problem)),
    ...labelValueErrors(value).map((problem) => invalidValue(field, value, problem)),
  ])
}

function validateAnnotations(annotations: Readonly<Record<string, string>>): StatusCause[] {
  const causes = Object.keys(annotations).flatMap((key) =>
    qualifiedNameErrors(key.toLowerCase()).map((problem) => invalidValue('metadata.annotations', key, problem)),
  )
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0)
  if (size > LARGEST_ANNOTATIONS) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${LARGEST_ANNOTATIONS} bytes`,
      field: 'metadata.annotations',
    })
  }
  return causes
}

function validateOwners(owners: readonly OwnerReference[]): StatusCause[] {
  const field = 'metadata.ownerReferences'
  const causes = owners.flatMap((owner) => [
    ...(owner.apiVersion ? [] : [invalidValue(`${field}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty')]),
    ...(['kind', 'name', 'uid'] as const).flatMap((part) =>
      owner[part] ? [] : [invalidValue(`${field}.${part}`, owner[part] ?? '', 'must not be empty')],
    ),
    ...(owner.apiVersion === 'v1' && owner.kind === 'Event'
      ? [invalidValue(field, owner, `/v1, Kind=Event is disallowed from being an owner`)]
      : []),
  ])
  const [first, second] = owners.filter(({ controller }) => controller)
  if (first !== undefined && second !== undefined) {
    const found = `Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`
    causes.push(invalidValue(field, owners, `Only one reference can have Controller set to true. ${found}`))
  }
  return causes
}

function validateFinalizers(finalizers: readonly string[], isQualified: boolean): StatusCause[] {
  // A malformed name is told without its place in the list, one without a path with it: two layers of the real server look.
  const causes = finalizers.flatMap((finalizer) =>
    qualifiedNameErrors(finalizer).map((problem) => invalidValue('metadata.finalizers', finalizer, problem)),
  )
  finalizers.forEach((finalizer, index) => {
    if (!isQualified || finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)) return
    const problem = 'name is neither a standard finalizer name nor is it fully qualified'
    causes.push(invalidValue(`metadata.finalizers[${index}]`, finalizer, problem))
  })
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    causes.push(invalidValue('metadata.finalizers', finalizers, 'finalizer foregroundDeletion and orphan cannot be both set'))
  }
  return causes
}
