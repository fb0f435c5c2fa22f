import type { StatusCause } from '@kubewright/core'
import { invalidError, missingError, notSupportedError } from '../field-error.ts'
import type { Schema } from '../schema.ts'
import { rulePath } from './rule-path.ts'

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

type Rule = NonNullable<Schema['x-kubernetes-validations']>[number]

/** What is wrong with rules as they are written, whatever their expressions say. */
export function checkRuleForms(schema: Schema, path: string): StatusCause[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) => {
    const at = `${path}.x-kubernetes-validations[${index}]`
    return [...checkTexts(rule, at), ...checkReason(rule, at), ...checkPlace(rule, schema, at)]
  })
}

function checkTexts({ rule, message = '', messageExpression = '' }: Rule, at: string): StatusCause[] {
  const expression =
    messageExpression !== '' && messageExpression.trim() === ''
      ? [missingError(`${at}.messageExpression`, 'messageExpression must be non-empty if specified')]
      : []
  return [...textProblem(rule.trim(), message, at), ...expression]
}

/** The first of them alone is reported. */
function textProblem(rule: string, message: string, at: string): StatusCause[] {
  const said = message.trim()
  if (rule === '') return [missingError(`${at}.rule`, 'rule is not specified')]
  if (message !== '' && said === '') return [invalidError(`${at}.message`, message, 'must be non-empty if specified')]
  if (said.includes('\n')) return [invalidError(`${at}.message`, message, 'must not contain line breaks')]
  if (rule.includes('\n') && said === '') return [missingError(`${at}.message`, 'message must be specified if rule contains line breaks')]
  return []
}

function checkReason({ reason }: Rule, at: string): StatusCause[] {
  return reason === undefined || REASONS.includes(reason) ? [] : [notSupportedError(`${at}.reason`, reason, REASONS)]
}

function checkPlace({ fieldPath = '' }: Rule, schema: Schema, at: string): StatusCause[] {
  if (fieldPath === '') return []
  const field = `${at}.fieldPath`
  return [
    ...(fieldPath.trim() === '' ? [invalidError(field, fieldPath, 'must be non-empty if specified')] : []),
    ...(fieldPath.includes('\n') ? [invalidError(field, fieldPath, 'must not contain line breaks')] : []),
    ...(rulePath(fieldPath, schema) === undefined ? [invalidError(field, fieldPath, 'must be a valid path')] : []),
  ]
}
