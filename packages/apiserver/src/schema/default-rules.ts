import { RegexError } from '@kubewright/cel'
import type { StatusCause } from '@kubewright/core'
import { forbiddenError, invalidError, requiredError } from './field-error.ts'
import { pruneValue } from './prune.ts'
import { evaluateRules } from './rules/evaluation.ts'
import { ruleTree } from './rules/rule-tree.ts'
import { isJsonMap, type Json, type Schema } from './schema.ts'
import { compileValidator } from './validator.ts'
import type { Visit } from './walk.ts'

/** A default must fit its own schema as it stands: nothing unknown in it, nothing missing, nothing filled in by other defaults. */
export function checkDefault({ schema, path, place }: Visit): StatusCause[] {
  // A null default says, in Go, that there is none.
  if (schema.default === undefined || schema.default === null) return []
  const at = `${path}.default`
  if (place === 'metadata') return [forbiddenError(at, 'must not be set in top-level metadata')]
  const value = schema.default as Json
  if (place === 'root')
    return ['apiVersion', 'kind']
      .filter((key) => !isJsonMap(value) || !Object.hasOwn(value, key))
      .map((key) => requiredError(`${at}.${key}`))
  let unknown = false
  pruneValue(value, schema, () => {
    unknown = true
  })
  if (unknown) return [invalidError(at, value, 'must not have unknown fields')]
  const errors = validationErrors(value, schema)
  if (errors.length === 0) return ruleErrors(value, schema, at)
  return errors.map((error) => ({ ...error, field: below(at, error.field ?? '') }))
}

/** A default must hold where it stays as it was, and where it comes anew. */
function ruleErrors(value: Json, schema: Schema, path: string): StatusCause[] {
  const tree = ruleTree(schema)
  if (tree === undefined) return []
  const errors = evaluateRules(tree, value, value, { path, ratchets: false }).errors
  return [...(errors.length > 0 ? errors : evaluateRules(tree, value, undefined, { path }).errors)]
}

function validationErrors(value: Json, schema: Schema): StatusCause[] {
  const errors: StatusCause[] = []
  try {
    compileValidator(schema)(value, undefined, '', errors)
  } catch (error) {
    // A pattern that does not compile is reported where it stands.
    if (!(error instanceof RegexError)) throw error
  }
  return errors
}

function below(path: string, field: string): string {
  if (field === '' || field === '<nil>') return field === '' ? path : field
  return field.startsWith('[') ? path + field : `${path}.${field}`
}
