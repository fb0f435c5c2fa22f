import type { ManagedFieldsEntry } from '@kubewright/core'
import { FieldSet } from './field-set.ts'

export interface ManagerId {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource?: string
}

export interface Manager extends ManagerId {
  /** RFC 3339; of the last change it made to its set. */
  readonly time?: string
  readonly fields: FieldSet
}

export const sameManager = (a: ManagerId, b: ManagerId): boolean =>
  a.manager === b.manager && a.operation === b.operation && a.apiVersion === b.apiVersion && (a.subresource ?? '') === (b.subresource ?? '')

/** Updates by more managers than this are folded into one entry, or the metadata of an old object would outgrow the object. */
const MOST_UPDATERS = 10

const ANCIENT = 'ancient-changes'

export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined): readonly Manager[] {
  return (entries ?? []).map((entry) => ({
    manager: entry.manager ?? '',
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: entry.apiVersion ?? '',
    ...(entry.subresource ? { subresource: entry.subresource } : {}),
    ...(entry.time === undefined ? {} : { time: entry.time }),
    fields: FieldSet.fromJson(entry.fieldsV1),
  }))
}

/** In the real server's order; undefined when nothing is owned. */
export function writeManagers(managers: readonly Manager[]): readonly ManagedFieldsEntry[] | undefined {
  const owning = folded(managers.filter(({ fields }) => !fields.isEmpty))
  if (owning.length === 0) return undefined
  return [...owning].sort(inOrder).map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fields.toJson(),
    ...(subresource === undefined ? {} : { subresource }),
  }))
}

function inOrder(a: Manager, b: Manager): number {
  if (a.operation !== b.operation) return a.operation === 'Apply' ? -1 : 1
  const left = [a.time ?? '', a.manager, a.apiVersion, a.subresource ?? '']
  const right = [b.time ?? '', b.manager, b.apiVersion, b.subresource ?? '']
  const index = left.findIndex((text, at) => text !== right[at])
  return index < 0 ? 0 : left[index]! < right[index]! ? -1 : 1
}

function folded(managers: readonly Manager[]): readonly Manager[] {
  const updaters = managers.filter(({ operation }) => operation === 'Update').sort(inOrder)
  const surplus = updaters.slice(0, Math.max(0, updaters.length - MOST_UPDATERS))
  if (surplus.length === 0) return managers
  const newest = surplus[surplus.length - 1]!
  const fields = surplus.reduce((set, manager) => set.union(manager.fields), FieldSet.empty)
  const ancient: Manager = {
    manager: ANCIENT,
    operation: 'Update',
    apiVersion: newest.apiVersion,
    ...(newest.time === undefined ? {} : { time: newest.time }),
    fields,
  }
  return [...managers.filter((manager) => !surplus.includes(manager)), ancient]
}

/** As conflicts name it. */
export function printManager({ manager, operation, apiVersion, subresource }: Manager): string {
  const who = JSON.stringify(manager) + (subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`)
  return operation === 'Apply' ? who : `${who} using ${apiVersion}`
}
