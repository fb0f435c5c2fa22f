// Kubernetes' Common Expression Language: expressions are parsed, checked against types, reckoned and evaluated here.
export type { Variables } from './check/checker.ts'
export { costProblem, EVALUATION_LIMIT, MATCH_CONDITIONS_LIMIT, OBJECT_LIMIT, RULE_LIMIT, SCHEMA_LIMIT } from './cost/limits.ts'
export type { Range } from './cost/size.ts'
export * from './errors.ts'
export {
  type AccessDecision,
  type AccessQuestion,
  type CelAuthorizer,
  celAuthorizer,
  type ResourcePlace,
  requestResourceCheck,
} from './library/authorization.ts'
export { mutationType } from './library/mutation.ts'
export * from './program.ts'
export { compileRegex, type Regex } from './regex/regex.ts'
export { RegexError } from './regex/syntax.ts'
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
export { AUTHORIZER, RESOURCE_CHECK } from './types/signature.ts'
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
export { MadeObject, typeNameProblems } from './values/made-object.ts'
export * from './values/value.ts'
