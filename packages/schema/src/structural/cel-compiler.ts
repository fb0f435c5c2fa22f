import {
  BOOL,
  type CelType,
  celTypeOf,
  compileCel,
  costProblem,
  isCelError,
  optionalOf,
  RULE_LIMIT,
  SCHEMA_LIMIT,
  STRING,
} from '@kubewright/cel'
import type { StructuralSchema, ValidationRule } from './structural.ts'

/** What compiling a rule tells: why the API server would refuse it, or what one evaluation costs at most, in its units. */
export type CompiledRule = { readonly is: 'refused'; readonly problem: string } | { readonly is: 'fine'; readonly cost: number }

/** The only place that knows the engine. `root`: the schema is that of a whole object, whose kind and name rules see. */
export function compileRule(rule: ValidationRule, schema: StructuralSchema, root: boolean): CompiledRule {
  const self = celTypeOf(schema, { root: root || schema['x-kubernetes-embedded-resource'] === true })
  if (self === undefined) return { is: 'refused', problem: 'CEL does not see values without a type: give the schema one' }
  const variables = { self, oldSelf: rule.optionalOldSelf === true ? optionalOf(self) : self }
  try {
    const program = compileCel(rule.rule, { variables, result: BOOL })
    if (rule.messageExpression !== undefined) compileMessage(rule.messageExpression, variables)
    return { is: 'fine', cost: program.estimateCost().max }
  } catch (error) {
    if (isCelError(error)) return { is: 'refused', problem: error.message.split('\n')[0]! }
    throw error
  }
}

function compileMessage(expression: string, variables: Readonly<Record<string, CelType>>): void {
  compileCel(expression, { variables, result: STRING })
}

/** In the API server's words: why a rule that costs so much, times as often as it may be evaluated, is refused. */
export function tooExpensive(cost: number): string | undefined {
  return cost > RULE_LIMIT ? costProblem('estimated rule cost', cost, RULE_LIMIT) : undefined
}

/** The same of all the rules of a schema. */
export function allTooExpensive(cost: number): string | undefined {
  return cost > SCHEMA_LIMIT ? costProblem('x-kubernetes-validations estimated rule cost total', cost, SCHEMA_LIMIT) : undefined
}
