import type { StatusCause } from '@kubewright/core'
import { applyDefaults } from './defaults.ts'
import { checkEmbeddedResources } from './embedded-resource.ts'
import { checkListTypes } from './list-types.ts'
import { pruneObject } from './prune.ts'
import { evaluateRules } from './rules/evaluation.ts'
import { type RuleNode, ruleTree } from './rules/rule-tree.ts'
import type { Json, Schema } from './schema.ts'
import { compileValidator, type Validator } from './validator.ts'

/** Errors that keep kube-apiserver from asking the rules. */
const BLOCKING: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

const UNCHECKED: StatusCause = {
  reason: 'FieldValueInvalid',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  field: '<nil>',
}

/** What a schema does to the objects of its kind. Nothing here changes its input; results share with it what stayed the same. */
export interface CompiledSchema {
  readonly schema: Schema
  /** Without the fields that the schema does not know. */
  prune(value: Json): Json
  /** With the defaults, and without nulls where null is not allowed. Prune first. */
  applyDefaults(value: Json): Json
  /**
   * All that is wrong, in the words of kube-apiserver 1.36. The `field` of an error that stands on none is `<nil>`, as Go prints it.
   * @param old the object before an update: what has not changed is not checked again
   * @param warn hears what rules say of what has not changed
   */
  validate(value: Json, old?: Json, warn?: (text: string) => void): StatusCause[]
  /** Paths of the fields that {@link prune} would drop, as they stand in `unknown field "spec.foo"`. */
  unknownFields(value: Json): string[]
}

/** Makes a schema ready for use. The patterns and rules are compiled when the first value is validated, not before. */
export function compileSchema(schema: Schema): CompiledSchema {
  let validator: Validator | undefined
  let rules: { readonly tree: RuleNode | undefined } | undefined
  return {
    schema,
    prune: (value) => pruneObject(value, schema, () => undefined),
    applyDefaults: (value) => applyDefaults(value, schema),
    validate(value, old, warn) {
      validator ??= compileValidator(schema)
      const errors: StatusCause[] = []
      validator(value, old, '', errors)
      // The server forgives these two an object that had such errors already.
      for (const check of [checkEmbeddedResources, checkListTypes]) {
        if (old === undefined || check(old, schema, '').length === 0) errors.push(...check(value, schema, ''))
      }
      rules ??= { tree: ruleTree(schema) }
      if (rules.tree === undefined) return errors
      // Rules may rely on the types, and on what limits their cost.
      if (errors.some(({ reason }) => BLOCKING.has(reason ?? ''))) return [...errors, UNCHECKED]
      const found = evaluateRules(rules.tree, value, old)
      for (const warning of found.warnings) warn?.(warning)
      return [...errors, ...found.errors]
    },
    unknownFields(value) {
      const paths: string[] = []
      pruneObject(value, schema, (path) => paths.push(path))
      return paths
    },
  }
}
