import type { StatusCause } from '@kubewright/core'
import { applyDefaults } from './defaults.ts'
import { checkEmbeddedResources } from './embedded-resource.ts'
import { checkListTypes } from './list-types.ts'
import { pruneObject } from './prune.ts'
import type { Json, Schema } from './schema.ts'
import { compileValidator, type Validator } from './validator.ts'

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
   */
  validate(value: Json, old?: Json): StatusCause[]
  /** Paths of the fields that {@link prune} would drop, as they stand in `unknown field "spec.foo"`. */
  unknownFields(value: Json): string[]
}

/**
 * Makes a schema ready for use. The patterns are compiled and the rules laid out when the first value is validated, not before.
 * `x-kubernetes-validations` are not evaluated: see `hasCel`.
 */
export function compileSchema(schema: Schema): CompiledSchema {
  let validator: Validator | undefined
  return {
    schema,
    prune: (value) => pruneObject(value, schema, () => undefined),
    applyDefaults: (value) => applyDefaults(value, schema),
    validate(value, old) {
      validator ??= compileValidator(schema)
      const errors: StatusCause[] = []
      validator(value, old, '', errors)
      // The server forgives these two an object that had such errors already.
      for (const check of [checkEmbeddedResources, checkListTypes]) {
        if (old === undefined || check(old, schema, '').length === 0) errors.push(...check(value, schema, ''))
      }
      return errors
    },
    unknownFields(value) {
      const paths: string[] = []
      pruneObject(value, schema, (path) => paths.push(path))
      return paths
    },
  }
}
