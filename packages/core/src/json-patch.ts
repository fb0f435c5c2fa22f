import { deepEqual } from './equality.ts'
import { messageOf } from './errors.ts'
import { addAt, Misfit, removeAt, replaceAt, valueAt } from './json-location.ts'
import { isJsonObject } from './json-object.ts'
import { parsePointer } from './json-pointer.ts'

/** One operation of an RFC 6902 JSON patch. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string }

/** A JSON patch that cannot be applied. Nothing was changed. */
export class JsonPatchError extends Error {
  override readonly name = 'JsonPatchError'
  /** `malformed`: it is no JSON patch, whatever the document (a server answers 400). `failed`: it does not fit this document (422). */
  readonly kind: 'malformed' | 'failed'
  /** The index of the operation. */
  readonly operation: number

  constructor(kind: 'malformed' | 'failed', operation: number, problem: string) {
    super(`JSON patch: operation ${operation} ${problem}`)
    this.kind = kind
    this.operation = operation
  }
}

/** Whether a JSON patch could not be applied. */
export const isJsonPatchError = (error: unknown): error is JsonPatchError => error instanceof Error && error.name === 'JsonPatchError'

/**
 * Applies all operations or none. The document is never changed: the result shares with it what the patch did not touch. Strict: what is to be
 * removed, replaced, moved, copied or tested must exist, lists get no holes, an index has no leading zero.
 * @throws JsonPatchError
 */
export function applyJsonPatch(document: unknown, operations: readonly JsonPatchOperation[]): unknown {
  if (!Array.isArray(operations)) throw new JsonPatchError('malformed', 0, 'is missing: a JSON patch is a list of operations')
  // All are checked before the first is applied: whether a patch is well-formed must not depend on the document.
  return operations.map(checkedOperation).reduce((result, operation, index) => {
    try {
      return applyOperation(result, operation)
    } catch (error) {
      if (!(error instanceof Misfit)) throw error
      throw new JsonPatchError('failed', index, `(${operation.op} ${operations[index].path || '""'}) does not apply: ${error.message}`)
    }
  }, document)
}

type Tokens = readonly string[]
type CheckedOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: Tokens; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: Tokens }
  | { readonly op: 'move' | 'copy'; readonly from: Tokens; readonly path: Tokens }

/** Patches come off the wire, so nothing about their types is certain. */
function checkedOperation(operation: unknown, index: number): CheckedOperation {
  const malformed = (problem: string) => new JsonPatchError('malformed', index, `is malformed: ${problem}`)
  if (!isJsonObject(operation)) throw malformed('it is no object')
  const field = (name: string): unknown => (Object.hasOwn(operation, name) ? operation[name] : undefined)
  const pointer = (name: 'path' | 'from'): Tokens => {
    const text = field(name)
    if (typeof text !== 'string') throw malformed(`"${name}" must be a JSON pointer`)
    try {
      return parsePointer(text)
    } catch (error) {
      throw malformed(messageOf(error))
    }
  }
  const op = field('op')
  switch (op) {
    case 'add':
    case 'replace':
    case 'test':
      if (!Object.hasOwn(operation, 'value')) throw malformed(`"${op}" needs a "value"`)
      return { op, path: pointer('path'), value: operation['value'] }
    case 'remove':
      return { op, path: pointer('path') }
    case 'move':
    case 'copy':
      return { op, path: pointer('path'), from: pointer('from') }
    default:
      throw malformed(`"op" must be add, remove, replace, move, copy or test`)
  }
}

function applyOperation(document: unknown, operation: CheckedOperation): unknown {
  const { path } = operation
  switch (operation.op) {
    case 'add':
      return addAt(document, path, operation.value)
    case 'replace':
      return replaceAt(document, path, operation.value)
    case 'test':
      // The values stay out of the message: they may be a Secret's.
      if (!deepEqual(valueAt(document, path), operation.value)) throw new Misfit('the value there is another one')
      return document
    case 'remove':
      return removeAt(document, path)
    case 'copy':
      return addAt(document, path, valueAt(document, operation.from))
    case 'move':
      return move(document, operation.from, path)
  }
}

function move(document: unknown, from: Tokens, path: Tokens): unknown {
  const value = valueAt(document, from)
  const isPrefix = from.every((token, at) => token === path[at])
  if (isPrefix && from.length < path.length) throw new Misfit('a value cannot move into itself')
  return isPrefix && from.length === path.length ? document : addAt(removeAt(document, from), path, value)
}
