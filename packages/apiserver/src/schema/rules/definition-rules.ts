import { type CompiledRule, compileSchemaRules, type RuleProblem, type SchemaRule, totalCostProblems } from '@kubewright/cel'
import type { StatusCause } from '@kubewright/core'
import { forbiddenError, invalidError } from '../field-error.ts'
import type { Schema } from '../schema.ts'

/**
 * What kube-apiserver says of the rules in the schema of a definition: what does not compile, and what may cost too much. The schema must be
 * sound otherwise. Rules at or above a place with an error of form are not looked at.
 * @param forms the errors of form
 */
export function checkRules(schema: Schema, path: string, forms: readonly StatusCause[]): StatusCause[] {
  const rules = compileSchemaRules(schema, path).filter(({ path: at }) => {
    const place = at.slice(0, at.lastIndexOf('.x-kubernetes-validations['))
    return !forms.some(({ field = '' }) => field === place || field.startsWith(`${place}.`))
  })
  const causes = rules.flatMap((rule) => rule.problems.map((problem) => causeOf(problem, rule)))
  return [
    // A part without a type is reported once, however many rules it has.
    ...causes.filter(
      (cause, index) => cause.reason !== 'InternalError' || causes.findIndex(({ field }) => field === cause.field) === index,
    ),
    ...totalCostProblems(rules, path).map(({ field, detail }) => forbiddenError(field, detail)),
  ]
}

const NO_TYPE =
  'Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations'

function causeOf({ field, reason, detail }: RuleProblem, { rule, program, path }: CompiledRule): StatusCause {
  if (reason === 'Forbidden') return forbiddenError(field, detail)
  if (field === `${path}.optionalOldSelf`) return invalidError(field, rule.optionalOldSelf ?? false, detail)
  // Of a rule that compiles its text is shown, of others all that it has.
  if (field === `${path}.rule` && program !== undefined) return invalidError(field, rule.rule, detail)
  if (field === path) return { reason: 'InternalError', message: NO_TYPE, field: path.slice(0, path.lastIndexOf('[')) }
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${internalForm(rule)}: ${detail}`, field }
}

/** A rule as Go prints the server's own form of it, which has other names than the API. */
function internalForm({ rule, message = '', messageExpression = '', reason, fieldPath = '', optionalOldSelf }: SchemaRule): string {
  const form = {
    Rule: rule,
    Message: message,
    MessageExpression: messageExpression,
    Reason: reason ?? null,
    FieldPath: fieldPath,
    OptionalOldSelf: optionalOldSelf ?? null,
  }
  return JSON.stringify(form).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
