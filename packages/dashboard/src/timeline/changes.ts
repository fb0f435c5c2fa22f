import { diffJsonPatch, type JsonPatchOperation, type KubeObject, parsePointer } from '@kubewright/core'
import type { Change } from '../model/object-page.ts'

/** What a person reads of one change; the rest is a count. */
const MOST_CHANGES = 24
const LONGEST_VALUE = 240
/** They change with every write and tell nothing. Conditions are told by themselves. */
const SILENT = /^\/metadata\/(resourceVersion|managedFields|generation)(\/|$)|^\/status\/(conditions|observedGeneration)(\/|$)/

export interface Differences {
  readonly changes: readonly Change[]
  /** Changes that are not listed. */
  readonly more: number
}

const NONE: Differences = { changes: [], more: 0 }

/** What became other between two states of an object. `visible`: makes an object fit to be shown. */
export function differencesOf(old: KubeObject, object: KubeObject, visible: (object: KubeObject) => object): Differences {
  const operations = [...leaves(diffJsonPatch(old, object))].filter(({ path }) => !SILENT.test(path))
  const listed = operations.slice(0, MOST_CHANGES)
  if (listed.length === 0) return NONE
  const paths = listed.map(({ path }) => parsePointer(path))
  const [before, after] = [old, object].map((of) => visible(only(of, paths)))
  const changes = paths.flatMap((steps): Change[] => {
    const [from, to] = [textOf(valueAt(before, steps)), textOf(valueAt(after, steps))]
    // What is not shown at all, such as kubectl's copy of what was applied.
    return from === undefined && to === undefined ? [] : [{ path: steps.join('.'), from, to }]
  })
  return { changes, more: operations.length - listed.length }
}

/** A status that comes whole is read field by field; lists stay lists. */
function* leaves(operations: readonly JsonPatchOperation[]): Iterable<{ readonly path: string }> {
  for (const operation of operations) {
    const value = 'value' in operation ? operation.value : undefined
    const isMap = operation.op === 'add' && typeof value === 'object' && value !== null && !Array.isArray(value)
    if (isMap && Object.keys(value).length > 0)
      yield* leaves(diffJsonPatch({}, value).map((inner) => ({ ...inner, path: `${operation.path}${inner.path}` })))
    else yield operation
  }
}

/** The object with nothing in it but what names it and the values at the paths: to hide what is secret costs no more than the change. */
function only(object: KubeObject, paths: readonly (readonly string[])[]): KubeObject {
  const { apiVersion, kind } = object
  const kept = fields({ apiVersion, kind, metadata: fields() })
  for (const steps of paths) {
    let place = kept
    for (const step of steps.slice(0, -1)) {
      const inner = (place[step] ?? fields()) as Record<string, unknown>
      place[step] = inner
      place = inner
    }
    const value = valueAt(object, steps)
    if (value !== undefined) place[steps.at(-1) ?? ''] = value
  }
  return kept as unknown as KubeObject
}

/** Names are the object's author's: "__proto__" is one like any other here, and not what all objects have in common. */
const fields = (own: object = {}): Record<string, unknown> => Object.assign(Object.create(null) as Record<string, unknown>, own)

function valueAt(document: unknown, steps: readonly string[]): unknown {
  let value = document
  for (const step of steps) {
    const has = typeof value === 'object' && value !== null && Object.hasOwn(value, step)
    value = has ? (value as Record<string, unknown>)[step] : undefined
  }
  return value
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const text = JSON.stringify(value)
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text
}
