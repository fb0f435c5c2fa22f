import { type CelProgram, compileSchemaRules, type SchemaRule } from '@kubewright/cel'
import type { Schema } from '../schema.ts'
import { rulePath } from './rule-path.ts'

/** A rule, ready to be asked. */
export interface NodeRule {
  readonly rule: SchemaRule
  readonly program: CelProgram
  readonly usesOld: boolean
  readonly message: CelProgram | undefined
  /** The part of the value that errors name; empty: the value itself. */
  readonly place: string
}

/** The rules of a part of a schema, and of all below it. */
export interface RuleNode {
  readonly schema: Schema
  readonly rules: readonly NodeRule[]
  readonly items: RuleNode | undefined
  readonly additional: RuleNode | undefined
  readonly properties: ReadonlyMap<string, RuleNode>
}

/** Undefined: there are no rules in it. A rule that does not compile is left out: no definition with one is taken. */
export function ruleTree(schema: Schema): RuleNode | undefined {
  const byPlace = Map.groupBy(compileSchemaRules(schema, ''), ({ path }) => path.slice(0, path.lastIndexOf('.x-kubernetes-validations[')))
  if (byPlace.size === 0) return undefined

  const node = (here: Schema, path: string): RuleNode | undefined => {
    const rules = (byPlace.get(path) ?? []).flatMap(({ rule, program, message }): NodeRule[] => {
      if (program === undefined) return []
      const place = rule.fieldPath ? (rulePath(rule.fieldPath, here) ?? '') : ''
      return [{ rule, program, message, place, usesOld: program.uses.has('oldSelf') }]
    })
    const items = here.items && node(here.items, `${path}.items`)
    const additional =
      typeof here.additionalProperties === 'object' ? node(here.additionalProperties, `${path}.additionalProperties`) : undefined
    const properties = new Map(
      Object.entries(here.properties ?? {}).flatMap(([key, each]) => {
        const below = node(each, `${path}.properties[${key}]`)
        return below === undefined ? [] : [[key, below] as const]
      }),
    )
    const isEmpty = rules.length === 0 && items === undefined && additional === undefined && properties.size === 0
    return isEmpty ? undefined : { schema: here, rules, items, additional, properties }
  }
  return node(schema, '')
}
