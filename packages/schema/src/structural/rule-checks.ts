import { DefinitionError } from '../definition-error.ts'
import { allTooExpensive, compileRule, tooExpensive } from './cel-compiler.ts'
import type { StructuralSchema, ValidationRule } from './structural.ts'

interface Place {
  readonly path: string
  /** The nearest list around it whose items have no identity from one version of an object to the next. */
  readonly unkeyed: string | undefined
  /** The nearest list or map around it whose size has no bound. */
  readonly unbounded: string | undefined
  /** How often the bounded lists and maps around it can hold it. */
  readonly repeats: number
}

/** What there is to say of one rule, and what it may cost in one object. */
interface Verdict {
  readonly advice: string | undefined
  readonly cost: number
}

/**
 * Checks the CEL rules of a schema as the API server does when it is given the CRD. An empty path: the schema is that of a whole object.
 * @returns advice: rules that the API server may refuse for their cost, because nothing bounds how often they are evaluated
 * @throws DefinitionError for what the API server refuses.
 */
export function checkRules(schema: StructuralSchema, path: string): readonly string[] {
  const verdicts = checkNode(schema, { path, unkeyed: undefined, unbounded: undefined, repeats: 1 }, path === '')
  const expensive = allTooExpensive(verdicts.reduce((sum, { cost }) => sum + cost, 0))
  if (expensive !== undefined) throw new DefinitionError(path === '' ? 'spec' : path, `the CEL rules together: ${expensive}`)
  return verdicts.flatMap(({ advice }) => (advice === undefined ? [] : [advice]))
}

function checkNode(schema: StructuralSchema, place: Place, root = false): readonly Verdict[] {
  const rules = schema['x-kubernetes-validations'] ?? []
  return [
    ...rules.map((rule) => checkRule(rule, schema, place, root)),
    ...children(schema, place).flatMap(([child, at]) => checkNode(child, at)),
  ]
}

function children(schema: StructuralSchema, place: Place): readonly (readonly [StructuralSchema, Place])[] {
  const { path } = place
  const items: Place = {
    path: `${path}[]`,
    unkeyed: schema['x-kubernetes-list-type'] === 'map' ? place.unkeyed : path,
    unbounded: schema.maxItems === undefined ? path : place.unbounded,
    repeats: place.repeats * (schema.maxItems ?? 1),
  }
  const values: Place = {
    path: `${path}{}`,
    unkeyed: place.unkeyed,
    unbounded: schema.maxProperties === undefined ? path : place.unbounded,
    repeats: place.repeats * (schema.maxProperties ?? 1),
  }
  return [
    ...Object.entries(schema.properties ?? {}).map(([name, field]) => [field, { ...place, path: `${path}.${name}` }] as const),
    ...(schema.items === undefined ? [] : [[schema.items, items] as const]),
    ...(schema.additionalProperties === undefined ? [] : [[schema.additionalProperties, values] as const]),
  ]
}

function checkRule(rule: ValidationRule, schema: StructuralSchema, { path, unkeyed, unbounded, repeats }: Place, root: boolean): Verdict {
  const refuse = (problem: string): never => {
    throw new DefinitionError(path, `the CEL rule ${rule.rule}: ${problem}`)
  }
  if (rule.rule.trim() === '') refuse('is empty')
  if (rule.message !== undefined && /[\r\n]/.test(rule.message)) refuse('its message has a line break: write it on one line')
  if (rule.message === undefined && /[\r\n]/.test(rule.rule)) refuse('a rule over several lines needs a message')
  const transition = /\boldSelf\b/.test(rule.rule)
  if (rule.optionalOldSelf === true && !transition) refuse('optionalOldSelf is for rules that use oldSelf')
  if (transition && unkeyed !== undefined) {
    refuse(`oldSelf is not known here, because items of ${unkeyed} have no identity: use listMap(item, keys) there`)
  }
  if (rule.fieldPath !== undefined) checkFieldPath(rule.fieldPath, schema, refuse)
  const compiled = compileRule(rule, schema, root)
  if (compiled.is === 'refused') return refuse(compiled.problem)
  const cost = compiled.cost * repeats
  const expensive = tooExpensive(cost)
  if (expensive !== undefined) refuse(expensive)
  const advice = `${path}: a CEL rule stands in ${unbounded}, which has no bound: the API server counts with the most that a request can hold, and may refuse the CRD for the cost. Give it .max(), or maxProperties`
  return { advice: unbounded === undefined ? undefined : advice, cost }
}

function checkFieldPath(fieldPath: string, schema: StructuralSchema, refuse: (problem: string) => never): void {
  if (!fieldPath.startsWith('.')) refuse(`fieldPath "${fieldPath}" must start with a dot`)
  let at: StructuralSchema | undefined = schema
  for (const [, name, quoted] of fieldPath.matchAll(/\.([^.[]+)|\['([^']*)'\]/g)) at = at?.properties?.[name ?? quoted!]
  if (at === undefined) refuse(`fieldPath "${fieldPath}" leads to no field`)
}
