import type { Schema } from '../schema/index.ts'
import type { FieldSet } from './field-set.ts'
import { mergedOrder } from './list-order.ts'
import { isJsonObject, type JsonObject, partsOf, type Shape, schemaAt, shapeOf } from './shape.ts'

/** Lays an applied configuration over the live object: the configuration wins, keyed lists and sets unite. */
export function mergeApplied(live: unknown, config: unknown, schema: Schema | undefined): unknown {
  const into = shapeOf(live, schema)
  const from = shapeOf(config, schema)
  if (from.is === 'leaf' || from.is !== into.is) return config
  const [present, applied] = [partsOf(into), partsOf(from)]
  const merged = (step: string): unknown => {
    if (!applied.has(step)) return present.get(step)
    return present.has(step) ? mergeApplied(present.get(step), applied.get(step), schemaAt(schema, step)) : applied.get(step)
  }
  return assemble(into, new Map(mergedOrder([...present.keys()], [...applied.keys()]).map((step) => [step, merged(step)])))
}

/**
 * Takes out of `value` what its applier owned before (`last`) and nobody owns now (`owned`). A container goes with the last thing in it that
 * somebody owned, and with it what nobody did, such as defaults; an item in which another manager owns a field stays, with its keys.
 */
export function pruneApplied(value: unknown, last: FieldSet, owned: FieldSet, schema: Schema | undefined): unknown {
  const shape = shapeOf(value, schema)
  if (shape.is === 'leaf') return value
  const parts = new Map(partsOf(shape))
  for (const [step, before] of last.children) {
    if (!parts.has(step)) continue
    const now = owned.children.get(step)
    if (now === undefined || now.isEmpty) {
      parts.delete(step)
      continue
    }
    const part = parts.get(step)
    const rest = pruneApplied(part, before, now, schemaAt(schema, step))
    parts.set(step, shape.is === 'keyed' ? withKeys(rest, part, shape.keys) : rest)
  }
  return assemble(shape, parts)
}

function withKeys(value: unknown, original: unknown, keys: readonly string[]): unknown {
  if (!isJsonObject(value) || !isJsonObject(original)) return value
  const kept = keys.flatMap((key) => (Object.hasOwn(original, key) ? [[key, original[key]] as const] : []))
  return { ...Object.fromEntries(kept), ...value }
}

function assemble(shape: Shape, parts: ReadonlyMap<string, unknown>): JsonObject | readonly unknown[] {
  if (shape.is !== 'fields') return [...parts.values()]
  return Object.fromEntries([...parts].map(([step, part]) => [step.slice(2), part]))
}
