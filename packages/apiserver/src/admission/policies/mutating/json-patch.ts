import { CelList, type CelValue, fromCel, MadeObject, typeNameProblems } from '@kubewright/cel'
import { applyJsonPatch, type DynamicObject, isJsonPatchError, type JsonPatchOperation } from '@kubewright/core'
import { type Fields, isFields } from '../../../registry/fields.ts'
import { MutationError } from './mutation-error.ts'
import { patchProblem } from './patch-problem.ts'

/** The object as the operations that an expression made leave it. @throws MutationError */
export function patchedBy(value: CelValue, object: DynamicObject): Fields {
  const operations = value instanceof CelList ? [...value].map(operationOf) : []
  const made = applied(object, operations)
  if (!isFields(made)) throw new MutationError('JSON Patch: the object becomes something that is no object')
  return made
}

function applied(object: DynamicObject, operations: readonly JsonPatchOperation[]): unknown {
  let current: unknown = object
  for (const operation of operations) {
    try {
      current = applyJsonPatch(current, [operation])
    } catch (error) {
      if (!isJsonPatchError(error)) throw error
      // A test that fails is no failure of the policy: then nothing is to be changed.
      if (operation.op === 'test') return object
      throw new MutationError(`JSON Patch: ${patchProblem(operation, current)}`)
    }
  }
  return current
}

function operationOf(made: CelValue): JsonPatchOperation {
  const field = (name: string): CelValue | undefined => (made instanceof MadeObject ? made.get(name) : undefined)
  const value = field('value')
  if (value instanceof MadeObject) {
    const problems = typeNameProblems(value, value.declared.name)
    if (problems.length > 0) throw new MutationError(`type mismatch: ${problems.join('\n')}`)
  }
  const { op = '', path = '', from } = { op: field('op'), path: field('path'), from: field('from') }
  return { op, path, ...(from ? { from } : {}), ...(value === undefined ? {} : { value: jsonOf(value) }) } as JsonPatchOperation
}

/** JSON has one kind of number, and what an expression made may be large. */
export const jsonOf = (value: CelValue): unknown =>
  JSON.parse(JSON.stringify(fromCel(value), (_, each: unknown) => (typeof each === 'bigint' ? Number(each) : each)))
