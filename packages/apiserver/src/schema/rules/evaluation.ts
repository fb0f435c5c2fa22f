import { isCelBudgetError, isCelEvaluationError, OBJECT_LIMIT, type SchemaRule } from '@kubewright/cel'
import type { StatusCause } from '@kubewright/core'
import { duplicateError, forbiddenError, invalidError, missingError, omittedError } from '../field-error.ts'
import { childPath } from '../path.ts'
import { isJsonMap, type Json, type JsonMap } from '../schema.ts'
import { type Correlation, correlatedItem, correlatedKey, isUnchanged, oldItem } from './correlation.ts'
import type { NodeRule, RuleNode } from './rule-tree.ts'

export interface RuleFindings {
  readonly errors: readonly StatusCause[]
  /** What is wrong and was wrong before: told, and not refused. */
  readonly warnings: readonly string[]
}

export interface EvaluateRulesOptions {
  /** The path of the value. @default '' */
  readonly path?: string
  /** Whether what has not changed is forgiven. @default true */
  readonly ratchets?: boolean
}

/**
 * What the rules of a schema say of a value, in kube-apiserver's words and under its budget.
 * @param old the value before an update; without it transition rules are skipped
 */
export function evaluateRules(
  tree: RuleNode,
  value: Json,
  old: Json | undefined,
  { path = '', ratchets = true }: EvaluateRulesOptions = {},
): RuleFindings {
  const evaluation = new Evaluation()
  const correlation = old === undefined || !ratchets ? {} : { current: { value, old, schema: tree.schema } }
  evaluation.node(tree, value, old, path, correlation)
  return evaluation
}

/** kube-apiserver takes no message that is longer. */
const LONGEST_MESSAGE = 5 * 1024

/** Ends the evaluation: what is left of the budget pays for nothing more. */
const EXHAUSTED = 'validation failed due to running out of cost budget, no further validation rules will be run'

class Evaluation implements RuleFindings {
  readonly errors: StatusCause[] = []
  readonly warnings: string[] = []
  private budget = OBJECT_LIMIT
  private isOver = false

  node(node: RuleNode, value: Json, old: Json | undefined, path: string, correlation: Correlation): void {
    // A null has no rules of its own; those of what is around it may ask for it.
    if (value === null || this.isOver) return
    const before = old === null ? undefined : old
    this.rules(node, value, before, path, correlation)
    if (Array.isArray(value)) this.list(node, value, before, path, correlation)
    else if (isJsonMap(value)) this.map(node, value, isJsonMap(before) ? before : undefined, path, correlation)
  }

  private list(node: RuleNode, list: readonly Json[], old: Json | undefined, path: string, correlation: Correlation): void {
    if (node.items === undefined) return
    for (const [index, item] of list.entries())
      this.node(node.items, item, oldItem(old, item, node.schema), `${path}[${index}]`, correlatedItem(correlation, item))
  }

  private map(node: RuleNode, map: JsonMap, old: JsonMap | undefined, path: string, correlation: Correlation): void {
    for (const [key, value] of Object.entries(map)) {
      const before = old !== undefined && Object.hasOwn(old, key) ? old[key] : undefined
      const property = node.properties.get(key)
      if (property !== undefined) this.node(property, value, before, childPath(path, key), correlatedKey(correlation, key))
      else if (node.additional !== undefined) this.node(node.additional, value, before, `${path}[${key}]`, correlatedKey(correlation, key))
    }
  }

  private rules(node: RuleNode, value: Json, old: Json | undefined, path: string, correlation: Correlation): void {
    const type = node.schema.type ?? ''
    for (const rule of node.rules) {
      if (this.isOver) return
      if (this.budget <= 0) {
        this.end(path, type, EXHAUSTED)
        return
      }
      if (rule.usesOld && old === undefined && rule.rule.optionalOldSelf !== true) continue
      const holds = this.judge(rule, value, old, path, type)
      if (holds !== false) continue
      const at = rule.place === '' ? path : childPath(path, rule.place)
      const message = this.message(rule, value, old, at, type)
      if (message === undefined) return
      const isComposed = type === 'object' || type === 'array'
      const error = failure(at, isComposed ? undefined : value, message, rule.rule.reason)
      // A transition rule is about the change: it is never forgiven.
      if (!rule.usesOld && isUnchanged(correlation)) this.warnings.push(`${error.field}: ${error.message}`)
      else this.errors.push(error)
    }
  }

  /** Undefined: it cannot be said, and that has been reported. */
  private judge({ rule, program }: NodeRule, value: Json, old: Json | undefined, path: string, type: string): boolean | undefined {
    try {
      const result = program.evaluate({ self: value, ...(rule.optionalOldSelf === true || old !== undefined ? { oldSelf: old } : {}) })
      if (result.cost > this.budget) return this.end(path, type, EXHAUSTED)
      this.budget -= result.cost
      return result.value === true
    } catch (error) {
      if (isCelBudgetError(error)) {
        const why =
          error.cost > this.budget
            ? EXHAUSTED
            : `'${error.message}': no further validation rules will be run due to call cost exceeds limit for rule: ${nameOf(rule)}`
        return this.end(path, type, why)
      }
      if (!isCelEvaluationError(error)) throw error
      const isOverload = error.message.startsWith('no such overload')
      const mismatch = 'call arguments did not match a supported operator, function or macro signature'
      const why = isOverload
        ? `'${error.message}': ${mismatch} for rule: ${nameOf(rule)}`
        : `${error.message} evaluating rule: ${nameOf(rule)}`
      this.errors.push(invalidError(fieldOf(path), type, why))
      return undefined
    }
  }

  /** What is said of a rule that does not hold. Undefined: the evaluation has come to its end. */
  private message({ rule, message }: NodeRule, value: Json, old: Json | undefined, path: string, type: string): string | undefined {
    const fallback = rule.message ? rule.message.trim() : `failed rule: ${nameOf(rule)}`
    if (message === undefined) return fallback
    try {
      // Without a past there is no oldSelf for messages, not even an empty optional.
      const result = message.evaluate({ self: value, ...(old === undefined ? {} : { oldSelf: old }) })
      if (result.cost > this.budget)
        return this.end(
          path,
          type,
          'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run',
        )
      this.budget -= result.cost
      const text = typeof result.value === 'string' ? result.value.trim() : ''
      return text === '' || text.includes('\n') || Buffer.byteLength(text) > LONGEST_MESSAGE ? fallback : text
    } catch (error) {
      if (isCelBudgetError(error))
        return this.end(
          path,
          type,
          `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(rule.messageExpression)}`,
        )
      if (isCelEvaluationError(error)) return fallback
      throw error
    }
  }

  private end(path: string, type: string, why: string): undefined {
    this.errors.push(invalidError(fieldOf(path), type, why))
    this.isOver = true
  }
}

/** Go prints the path of the root like this. */
const fieldOf = (path: string): string => (path === '' ? '<nil>' : path)

/** How errors call a rule. */
const nameOf = (rule: SchemaRule): string => (rule.message || rule.rule).trim()

/** `value` is left out of what is said of objects and lists. */
function failure(path: string, value: Json | undefined, detail: string, reason: string | undefined): StatusCause {
  const field = fieldOf(path)
  switch (reason) {
    case 'FieldValueForbidden':
      return forbiddenError(field, detail)
    case 'FieldValueRequired':
      return missingError(field, detail)
    case 'FieldValueDuplicate':
      return value === undefined ? omittedError(field, reason) : duplicateError(field, value)
    default:
      return value === undefined ? omittedError(field, 'FieldValueInvalid', detail) : invalidError(field, value, detail)
  }
}
