import type { KubeObject } from 'kubewright'
import type { Context } from '../facts/facts.ts'
import type { TargetKind } from '../policy/target.ts'
import { within } from '../policy/within.ts'
import { compileState, readsMetadataAlone, type State } from '../states/states.ts'
import { type ComparisonSpec, compileComparison } from './comparison.ts'
import { compileExpression } from './expression.ts'
import { allOf, anyOf, type Holding, holding, not } from './holding.ts'
import { compilePattern } from './pattern.ts'

/** One level of a policy's conditions: all of its parts have to hold. */
export interface ClauseSpec {
  readonly phase?: readonly string[] | undefined
  readonly state?: readonly State[] | undefined
  readonly cel?: readonly string[] | undefined
  readonly hasLabels?: readonly LabelSpec[] | undefined
  readonly hasAnnotations?: readonly AnnotationSpec[] | undefined
  readonly and?: readonly ComparisonSpec[] | undefined
  readonly or?: readonly ClauseSpec[] | undefined
  readonly not?: readonly ClauseSpec[] | undefined
}

interface LabelSpec {
  readonly key: string
  readonly operator: 'Exists' | 'DoesNotExist' | 'Equals' | 'In' | 'NotIn'
  readonly value?: string | undefined
  readonly values?: readonly string[] | undefined
}

interface AnnotationSpec {
  readonly key: string
  readonly operator?: 'Exists' | 'DoesNotExist' | 'Equals' | 'NotEquals' | 'Matches' | undefined
  readonly value?: string | undefined
}

export interface CompiledConditions {
  holds(object: KubeObject, context: Context): Holding
  readonly metadataOnly: boolean
  /** Whether they ask who refers to the object. */
  readonly asksForUse: boolean
}

type Test = (object: KubeObject, context: Context) => Holding

/**
 * All conditions as one. They depend on the object, on what is around it, and on the time, but not on when one asks.
 * @throws Error naming the field and the mend when a condition cannot be meant.
 */
export function compileConditions(clause: ClauseSpec | undefined, kind: TargetKind): CompiledConditions {
  const compiler = new ConditionCompiler(kind)
  const test = clause === undefined ? () => allOf([]) : compiler.clause(clause, 'conditions')
  return { holds: test, metadataOnly: compiler.metadataOnly, asksForUse: compiler.asksForUse }
}

class ConditionCompiler {
  readonly #kind: TargetKind
  metadataOnly = true
  asksForUse = false

  constructor(kind: TargetKind) {
    this.#kind = kind
  }

  clause(clause: ClauseSpec, field: string): Test {
    const { phase, state, cel = [], hasLabels = [], hasAnnotations = [], and = [], or, not: none = [] } = clause
    const each = <T>(list: readonly T[], name: string, compile: (item: T, at: string) => Test) =>
      list.map((item, index) => within(`${field}.${name}[${index}]`, () => compile(item, `${field}.${name}[${index}]`)))
    const alternatives = each(or ?? [], 'or', (inner, at) => this.clause(inner, at))
    const tests: readonly Test[] = [
      ...(phase === undefined ? [] : [this.#phase(phase)]),
      ...(state === undefined ? [] : [within(`${field}.state`, () => this.#states(state))]),
      ...each(hasLabels, 'hasLabels', compileLabel),
      ...each(hasAnnotations, 'hasAnnotations', compileAnnotation),
      ...each(and, 'and', (comparison) => this.#comparison(comparison)),
      ...each(cel, 'cel', (source) => this.#expression(source)),
      ...(or === undefined ? [] : [(object: KubeObject, context: Context) => anyOf(alternatives.map((test) => test(object, context)))]),
      ...each(none, 'not', (inner, at) => {
        const test = this.clause(inner, at)
        return (object, context) => not(test(object, context))
      }),
    ]
    return (object, context) => allOf(lazily(tests, object, context))
  }

  #phase(phases: readonly string[]): Test {
    this.metadataOnly = false
    return (object) => holding(phases.includes((object as { readonly status?: { readonly phase?: string } }).status?.phase as string))
  }

  #states(states: readonly State[]): Test {
    const tests = states.map((state) => {
      if (!readsMetadataAlone(state)) this.metadataOnly = false
      if (state === 'Unused') this.asksForUse = true
      return compileState(state, this.#kind)
    })
    return (object, context) => anyOf(tests.map((test) => test(object, context)))
  }

  #comparison(spec: ComparisonSpec): Test {
    const { path, holds } = compileComparison(spec)
    if (!path.metadataOnly) this.metadataOnly = false
    return holds
  }

  #expression(source: string): Test {
    this.metadataOnly = false
    const expression = compileExpression(source)
    return (object, context) => expression.holds(object, context)
  }
}

/** What is cheap comes first, and what comes after one that fails is not asked. */
function* lazily(tests: readonly Test[], object: KubeObject, context: Context): Generator<Holding> {
  for (const test of tests) yield test(object, context)
}

function compileLabel({ key, operator, value, values: several }: LabelSpec): Test {
  if (operator === 'Exists') return ({ metadata: { labels } }) => holding(hasOwn(labels, key))
  if (operator === 'DoesNotExist') return ({ metadata: { labels } }) => holding(!hasOwn(labels, key))
  if (value === undefined && several === undefined) throw new Error(`"value" is required for operator ${operator}`)
  const values = several ?? (operator === 'Equals' ? [value!] : value!.split(',').map((part) => part.trim()))
  const has = (labels: Readonly<Record<string, string>> | undefined) => hasOwn(labels, key) && values.includes(labels![key]!)
  if (operator === 'NotIn') return ({ metadata: { labels } }) => holding(!has(labels))
  if (operator === 'Equals' || operator === 'In') return ({ metadata: { labels } }) => holding(has(labels))
  throw new Error(`operator "${String(operator)}" is not known: it is one of Exists, DoesNotExist, Equals, In, NotIn`)
}

function compileAnnotation({ key, operator, value }: AnnotationSpec): Test {
  const is = operator ?? (value === undefined ? 'Exists' : 'Equals')
  const takesValue = is !== 'Exists' && is !== 'DoesNotExist'
  if (takesValue !== (value !== undefined)) throw new Error(`operator ${is} takes ${takesValue ? 'a "value"' : 'no "value"'}`)
  const test = (holds: (found: string | undefined) => boolean): Test => {
    return ({ metadata: { annotations } }) => holding(holds(hasOwn(annotations, key) ? annotations![key] : undefined))
  }
  switch (is) {
    case 'Exists':
      return test((found) => found !== undefined)
    case 'DoesNotExist':
      return test((found) => found === undefined)
    case 'Equals':
      return test((found) => found === value)
    case 'NotEquals':
      return test((found) => found !== undefined && found !== value)
    case 'Matches': {
      const matches = compilePattern(value!)
      return test((found) => found !== undefined && matches(found))
    }
  }
}

// Label keys may be `constructor` or `__proto__`.
function hasOwn(record: Readonly<Record<string, string>> | undefined, key: string): boolean {
  return record !== undefined && Object.hasOwn(record, key)
}
