import { deepEqual } from '@kubewright/core'
import type { Schema } from '../schema/index.ts'
import { FieldSet } from './field-set.ts'
import { partsOf, schemaAt, shapeOf } from './shape.ts'

export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

const NOTHING: Comparison = { added: FieldSet.empty, modified: FieldSet.empty, removed: FieldSet.empty }

/** Which fields differ between two states of an object. */
export function compareFields(before: unknown, after: unknown, schema: Schema | undefined): Comparison {
  if (before === after) return NOTHING
  const from = shapeOf(before, schema)
  const to = shapeOf(after, schema)
  // A null stands for an empty container: its content is new, the container is not.
  const isFilled = (before === null && to.is !== 'leaf') || (after === null && from.is !== 'leaf')
  if (!isFilled && (from.is === 'leaf' || from.is !== to.is))
    return deepEqual(before, after) ? NOTHING : { ...NOTHING, modified: FieldSet.leaf }
  const olds = partsOf(from)
  const news = partsOf(to)
  const children = { added: new Map<string, FieldSet>(), modified: new Map<string, FieldSet>(), removed: new Map<string, FieldSet>() }
  for (const step of new Set([...olds.keys(), ...news.keys()])) {
    const inner = schemaAt(schema, step)
    if (!olds.has(step)) children.added.set(step, allFields(news.get(step), inner))
    else if (!news.has(step)) children.removed.set(step, allFields(olds.get(step), inner))
    else {
      const part = compareFields(olds.get(step), news.get(step), inner)
      for (const kind of ['added', 'modified', 'removed'] as const) if (!part[kind].isEmpty) children[kind].set(step, part[kind])
    }
  }
  return {
    added: new FieldSet(false, children.added),
    modified: new FieldSet(false, children.modified),
    removed: new FieldSet(false, children.removed),
  }
}

/** The value and all that is in it, containers included. */
export function allFields(value: unknown, schema: Schema | undefined): FieldSet {
  const parts = partsOf(shapeOf(value, schema))
  return new FieldSet(true, new Map([...parts].map(([step, part]) => [step, allFields(part, schemaAt(schema, step))])))
}

/**
 * What somebody who applies this value owns: leaves and empty objects, items of keyed lists, and fields that the schema does not name, as they
 * come and go. An empty list of items is nothing to own.
 */
export function appliedFields(value: unknown, schema: Schema | undefined, isItem = false): FieldSet {
  const shape = shapeOf(value, schema)
  const parts = partsOf(shape)
  const owned = [...parts].map(([step, part]) => [step, appliedFields(part, schemaAt(schema, step), isOwnItem(step, schema))] as const)
  const children = new Map(owned.filter(([, set]) => !set.isEmpty))
  const isEmpty = parts.size === 0 && (shape.is === 'leaf' || shape.is === 'fields')
  return new FieldSet(isItem || isEmpty, children)
}

const isOwnItem = (step: string, schema: Schema | undefined): boolean =>
  step.startsWith('k:') || (step.startsWith('f:') && schema !== undefined && schema.properties?.[step.slice(2)] === undefined)
