// Kubernetes' Common Expression Language: expressions are parsed, checked against types, reckoned and evaluated here.
export type { Variables } from './check/checker.ts'
export { costProblem, EVALUATION_LIMIT, MATCH_CONDITIONS_LIMIT, OBJECT_LIMIT, RULE_LIMIT, SCHEMA_LIMIT } from './cost/limits.ts'
export type { Range } from './cost/size.ts'
export * from './errors.ts'
export * from './program.ts'
export {
  type CompiledRule,
  checkSchemaRules,
  compileSchemaRules,
  type RuleProblem,
  ruleVariables,
  totalCostProblems,
} from './rules/schema-rules.ts'
export { escapeFieldName } from './schema/field-names.ts'
export { celTypeOf } from './schema/schema-type.ts'
export type { SchemaRule, StructuralSchema } from './schema/structural-schema.ts'
export type { Expr } from './syntax/ast.ts'
export {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  type ObjectType,
  objectType,
  optionalOf,
  printType,
  STRING,
  TIMESTAMP,
  UINT,
} from './types/type.ts'
export { fromCel, toCel } from './values/json.ts'
export * from './values/value.ts'
