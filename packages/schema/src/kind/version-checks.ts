import { type JsonPath, messageOf, parseJsonPath } from '@kubewright/core'
import { DefinitionError } from '../definition-error.ts'
import { type Lookup, lookUp } from '../structural/schema-path.ts'
import type { PrinterColumn, ScaleSubresource, StructuralSchema } from '../structural/structural.ts'

/** The limit of the API server (apiextensions validation). */
const MOST_SELECTABLE_FIELDS = 8

const SELECTABLE = ['string', 'integer', 'boolean']

/** @throws DefinitionError when a column shows a field that the schema does not have: it would be empty for ever. */
export function checkColumns(columns: readonly PrinterColumn[], root: StructuralSchema): void {
  for (const { name, jsonPath } of columns) {
    const at = `printerColumns: the jsonPath "${jsonPath}" of column "${name}"`
    const found = resolve(jsonPath, root, at)
    if (found.is === 'missing') throw new DefinitionError(at, missing(found.step))
  }
  const names = columns.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new DefinitionError('printerColumns', `there are two columns "${twice}"`)
}

/** @throws DefinitionError when `kubectl scale` and autoscalers would find no number, or no selector, at the paths. */
export function checkScale(scale: ScaleSubresource, root: StructuralSchema): void {
  checkField('specReplicasPath', scale.specReplicasPath, ['.spec.'], 'integer')
  checkField('statusReplicasPath', scale.statusReplicasPath, ['.status.'], 'integer')
  if (scale.labelSelectorPath !== undefined) checkField('labelSelectorPath', scale.labelSelectorPath, ['.status.', '.spec.'], 'string')

  function checkField(field: string, path: string, under: readonly string[], type: 'integer' | 'string'): void {
    const at = `scale.${field}`
    if (!under.some((prefix) => path.startsWith(prefix)))
      throw new DefinitionError(at, `"${path}" must be a path under ${under.map((prefix) => prefix.slice(0, -1)).join(' or ')}`)
    const found = resolve(path, root, at)
    if (found.is === 'missing') throw new DefinitionError(at, missing(found.step))
    if (found.is === 'found' && found.schema.type !== type)
      throw new DefinitionError(
        at,
        `"${path}" must lead to ${type === 'integer' ? 'a z.int()' : 'a z.string()'}, and leads to ${found.schema.type ?? 'anything'}`,
      )
  }
}

/** @throws DefinitionError for fields that the API server cannot select by. */
export function checkSelectable(fields: readonly string[], root: StructuralSchema): void {
  if (fields.length > MOST_SELECTABLE_FIELDS)
    throw new DefinitionError('selectableFields', `at most ${MOST_SELECTABLE_FIELDS} are allowed, ${fields.length} are given`)
  for (const [index, path] of fields.entries()) {
    const at = `selectableFields: "${path}"`
    if (fields.indexOf(path) !== index) throw new DefinitionError(at, 'is there twice')
    if (!/^(\.[A-Za-z_][\w-]*)+$/.test(path))
      throw new DefinitionError(at, 'must be names with dots before them, such as ".spec.image": no lists, no filters')
    if (path.startsWith('.metadata.'))
      throw new DefinitionError(at, 'metadata.name and metadata.namespace are selectable anyway, and nothing else of the metadata can be')
    const found = resolve(path, root, at)
    if (found.is !== 'found')
      throw new DefinitionError(at, found.is === 'missing' ? missing(found.step) : 'the schema does not say what is there')
    if (!SELECTABLE.includes(found.schema.type ?? '')) throw new DefinitionError(at, 'must be a string, an integer or a boolean')
  }
}

function resolve(text: string, root: StructuralSchema, at: string): Lookup {
  if (!text.startsWith('.')) throw new DefinitionError(at, 'must start with a dot, such as ".status.phase"')
  if (/^\.metadata(\.|$)/.test(text)) return { is: 'unknown' }
  return lookUp(root, parsed(text, at))
}

function parsed(text: string, at: string): JsonPath {
  try {
    return parseJsonPath(text)
  } catch (error) {
    throw new DefinitionError(at, `is no JSONPath: ${messageOf(error)}`)
  }
}

const missing = (step: string) => `leads nowhere: the schema has no "${step}" there`
