import { costProblem, RULE_LIMIT, SCHEMA_LIMIT } from '../cost/limits.ts'
import { isCelError } from '../errors.ts'
import { type CelProgram, compileCel } from '../program.ts'
import { declare } from '../schema/schema-type.ts'
import type { SchemaRule, StructuralSchema } from '../schema/structural-schema.ts'
import { BOOL, type CelType, optionalOf, STRING } from '../types/type.ts'

const LARGEST_REQUEST = 3 * 1024 * 1024
/** A rule that takes at least this part of the limit is named when the sum is too much; the most expensive four are. */
const NAMED_SHARE = 0.01
const MOST_NAMED = 4

/** What kube-apiserver would say of a rule in a CRD. */
export interface RuleProblem {
  /** Under the path that was given: `….x-kubernetes-validations[0].rule`. */
  readonly field: string
  readonly reason: 'Invalid' | 'Forbidden'
  readonly detail: string
}

/** A rule of a schema, compiled, or not. */
export interface CompiledRule {
  readonly rule: SchemaRule
  /** The path of the schema under which it stands. */
  readonly path: string
  readonly program: CelProgram | undefined
  readonly message: CelProgram | undefined
  readonly problems: readonly RuleProblem[]
  /** The most that it may cost on one object: an evaluation, times as often as its part of the schema may occur. */
  readonly cost: number
  readonly messageCost: number
}

/** `self`, and `oldSelf`: what a rule under a schema may name. */
export function ruleVariables(
  type: CelType,
  rule: Pick<SchemaRule, 'optionalOldSelf'>,
): { readonly self: CelType; readonly oldSelf: CelType } {
  return { self: type, oldSelf: rule.optionalOldSelf === true ? optionalOf(type) : type }
}

/** All that is wrong with the rules of one version's schema: what does not compile, and what may cost too much. Empty when kube-apiserver takes it. */
export function checkSchemaRules(schema: StructuralSchema, path = 'openAPIV3Schema'): RuleProblem[] {
  const rules = compileSchemaRules(schema, path)
  return [...rules.flatMap((rule) => rule.problems), ...totalCostProblems(rules, path)]
}

/** What kube-apiserver says of the cost of all rules of a schema together. */
export function totalCostProblems(rules: readonly CompiledRule[], path = 'openAPIV3Schema'): RuleProblem[] {
  const costs = rules.flatMap(({ path: at, cost, messageCost }) => [
    { field: `${at}.rule`, cost },
    { field: `${at}.messageExpression`, cost: messageCost },
  ])
  const total = costs.reduce((sum, { cost }) => sum + cost, 0)
  if (total <= SCHEMA_LIMIT) return []
  const expensive = costs
    .filter(({ cost }) => cost >= SCHEMA_LIMIT * NAMED_SHARE)
    .sort((a, b) => b.cost - a.cost)
    .slice(0, MOST_NAMED)
  const contributed = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
  const whole = costProblem('x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema', total, SCHEMA_LIMIT)
  return [
    ...expensive.map(({ field }): RuleProblem => ({ field, reason: 'Forbidden', detail: contributed })),
    { field: path, reason: 'Forbidden', detail: whole },
  ]
}

/** Every rule of a schema, in the order of the schema. */
export function compileSchemaRules(schema: StructuralSchema, path = 'openAPIV3Schema'): CompiledRule[] {
  return [...walk(schema, { path, root: true, times: 1, uncorrelatable: undefined })]
}

interface Place {
  readonly path: string
  readonly root: boolean
  /** How often this part of the schema may occur; `undefined` where no limit above says. */
  readonly times: number | undefined
  /** The list above whose items cannot be told from one another, so that there is no old one. */
  readonly uncorrelatable: string | undefined
}

function* walk(schema: StructuralSchema, place: Place): Generator<CompiledRule> {
  const root = place.root || schema['x-kubernetes-embedded-resource'] === true
  const rules = schema['x-kubernetes-validations'] ?? []
  if (rules.length > 0) {
    const declaration = declare(schema, root, 'selfType')
    for (const [index, rule] of rules.entries()) {
      const path = `${place.path}.x-kubernetes-validations[${index}]`
      if (declaration === undefined) {
        const detail = 'the schema has no type that rules can see: give it one'
        yield {
          rule,
          path,
          program: undefined,
          message: undefined,
          cost: 0,
          messageCost: 0,
          problems: [{ field: path, reason: 'Invalid', detail }],
        }
      } else {
        const times = place.times ?? Math.floor(LARGEST_REQUEST / (declaration.minSize + 1))
        yield compileRule(rule, path, declaration.type, times, place.uncorrelatable)
      }
    }
  }
  const multiplied = (count: number | undefined): number | undefined =>
    place.times === undefined || count === undefined ? undefined : place.times * Math.max(0, count)
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    yield* walk(property, {
      path: `${place.path}.properties[${name}]`,
      root: false,
      times: place.times,
      uncorrelatable: place.uncorrelatable,
    })
  }
  if (schema.items !== undefined) {
    // The keys of a map tell its parts from one another, of an atomic one too.
    const uncorrelatable = place.uncorrelatable ?? (schema['x-kubernetes-list-type'] === 'map' ? undefined : place.path)
    yield* walk(schema.items, { path: `${place.path}.items`, root: false, times: multiplied(schema.maxItems), uncorrelatable })
  }
  if (typeof schema.additionalProperties === 'object') {
    const times = multiplied(schema.maxProperties)
    yield* walk(schema.additionalProperties, {
      path: `${place.path}.additionalProperties`,
      root: false,
      times,
      uncorrelatable: place.uncorrelatable,
    })
  }
}

function compileRule(rule: SchemaRule, path: string, type: CelType, times: number, uncorrelatable: string | undefined): CompiledRule {
  const variables = ruleVariables(type, rule)
  const problems: RuleProblem[] = []
  const program = attempt(rule.rule, variables, BOOL)
  const message = rule.messageExpression === undefined ? undefined : attempt(rule.messageExpression, variables, STRING)
  const cost = typeof program === 'object' ? program.estimateCost().max * times : 0
  if (cost > RULE_LIMIT)
    problems.push({ field: `${path}.rule`, reason: 'Forbidden', detail: costProblem('estimated rule cost', cost, RULE_LIMIT) })
  if (typeof program === 'string') {
    const detail = program === BOOL.kind ? 'cel expression must evaluate to a bool' : program
    problems.push({ field: `${path}.rule`, reason: 'Invalid', detail })
  } else if (program.uses.has('oldSelf') && uncorrelatable !== undefined) {
    const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`
    problems.push({ field: `${path}.rule`, reason: 'Invalid', detail })
  } else if (rule.optionalOldSelf !== undefined && !program.uses.has('oldSelf')) {
    problems.push({ field: `${path}.optionalOldSelf`, reason: 'Invalid', detail: 'may not be set if oldSelf is not used in rule' })
  }
  if (typeof message === 'string') {
    const detail = message === STRING.kind ? 'messageExpression must evaluate to a string' : `messageExpression ${message}`
    problems.push({ field: `${path}.messageExpression`, reason: 'Invalid', detail })
  }
  const messageCost = typeof message === 'object' ? message.estimateCost().max : 0
  if (messageCost > RULE_LIMIT) {
    const detail = costProblem('estimated messageExpression cost', messageCost, RULE_LIMIT)
    problems.push({ field: `${path}.messageExpression`, reason: 'Forbidden', detail })
  }
  return {
    rule,
    path,
    program: typeof program === 'object' ? program : undefined,
    message: typeof message === 'object' ? message : undefined,
    problems,
    cost,
    messageCost,
  }
}

/** The program; else kube-apiserver's report; else the kind of the result that was wanted. */
function attempt(text: string, variables: Readonly<Record<string, CelType>>, result: CelType): CelProgram | string {
  try {
    const program = compileCel(text, { variables })
    return program.type.kind === result.kind ? program : result.kind
  } catch (error) {
    if (isCelError(error)) return error.report
    throw error
  }
}
