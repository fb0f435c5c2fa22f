import { createHash } from 'node:crypto'
import type { appsV1, KubeObject } from 'kubewright'
import type { Application, PodSpecFields } from '../kind/application.ts'
import { POD_FIELDS } from '../kind/spec.ts'
import { childMeta } from './names.ts'

/** What pods are made from, by name. */
export interface Revision {
  /** Of the fields, whatever their order: equal fields give equal pods. */
  readonly hash: string
  readonly fields: PodSpecFields
}

export function revisionOf(spec: Application['spec']): Revision {
  const given = POD_FIELDS.filter((field) => spec[field] !== undefined).map((field) => [field, spec[field]])
  const fields = Object.fromEntries(given) as unknown as PodSpecFields
  return { hash: hashOf(fields), fields }
}

/** Ten digits: two revisions of one application that share them are no more likely than one chance in a trillion. */
export const hashOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex')
    .slice(0, 10)

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

export const revisionName = (application: KubeObject, hash: string): string => `${application.metadata.name ?? ''}-${hash}`

/** A revision as Kubernetes keeps those of its own controllers: kept beside the application, for the way back. */
export function controllerRevisionOf(application: Application, { hash, fields }: Revision, number: number): appsV1.ControllerRevision {
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: childMeta(application, revisionName(application, hash)),
    data: { spec: fields },
    revision: number,
  }
}

/** The revision in it; `undefined` when it is not what its name says: somebody has written to it. */
export function revisionIn({ metadata, data }: appsV1.ControllerRevision): Revision | undefined {
  const fields = (data as { readonly spec?: unknown } | undefined)?.spec
  if (typeof fields !== 'object' || fields === null) return undefined
  const hash = hashOf(fields)
  return metadata.name?.endsWith(`-${hash}`) === true ? { hash, fields: fields as PodSpecFields } : undefined
}
