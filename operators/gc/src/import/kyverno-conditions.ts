import { type ManifestReader, messageOf } from 'kubewright'
import { celOf } from './jmespath/cel.ts'
import { JmesPathError, type Node, type Step } from './jmespath/node.ts'
import { parseJmesPath } from './jmespath/parse.ts'

/** What a list of Kyverno's conditions becomes: expressions that all have to hold. */
export interface Converted {
  readonly cel: readonly string[]
  readonly lost: readonly string[]
}

/** `any` and `all` beside each other both have to hold. */
export function conditionsOf(conditions: ManifestReader): Converted {
  const lost: string[] = []
  const translate = (condition: ManifestReader): string => {
    try {
      return conditionOf(condition)
    } catch (error) {
      if (!(error instanceof JmesPathError)) throw error
      lost.push(`${condition.path} is not converted: ${messageOf(error)}`)
      return 'false'
    }
  }
  const all = conditions.children('all').map(translate)
  const any = conditions.children('any').map(translate)
  // One of several that is lost takes nothing away but objects; one of all would let more through.
  const cel = [...all, ...(any.length > 0 ? [any.map((each) => `(${each})`).join(' || ')] : [])]
  return { cel: cel.filter((each) => each !== 'false'), lost }
}

function conditionOf(condition: ManifestReader): string {
  const key = condition.get('key')
  const operator = condition.text('operator') ?? 'Equals'
  const value = condition.get('value')
  condition.ignore('message')
  if (typeof key !== 'string') throw new JmesPathError('a key that is no text')
  if (typeof value === 'string' && value.includes('{{')) throw new JmesPathError('a variable in value')
  const age = /^\{\{\s*time_since\(\s*''\s*,\s*'\{\{\s*target\.([\w.]+)\s*\}\}'\s*,\s*''\s*\)\s*\}\}$/.exec(key)
  if (age !== null) return ageOf(`object.${age[1]!}`, operator, String(value))
  const expression = /^\{\{(.*)\}\}$/s.exec(key.trim())?.[1]
  if (expression === undefined || expression.includes('{{')) throw new JmesPathError(`the key "${key}"`)
  return comparisonOf(parseJmesPath(expression), operator, value)
}

function ageOf(path: string, operator: string, value: string): string {
  const sign = SIGNS[operator.replace(/^Duration/, '')]
  if (sign === undefined || !/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/.test(value))
    throw new JmesPathError(`an age that is ${operator} "${value}"`)
  return `now - timestamp(${path}) ${sign} duration(${JSON.stringify(value)})`
}

const SIGNS: Readonly<Record<string, string>> = {
  GreaterThan: '>',
  GreaterThanOrEquals: '>=',
  LessThan: '<',
  LessThanOrEquals: '<=',
}

function comparisonOf(node: Node, operator: string, value: unknown): string {
  const { subject, fallback } = withDefault(node)
  const literal: Node = { is: 'literal', value }
  // `x[] || `[]`` that equals [] is Kyverno's way to say: there is none.
  const isEmpty = (each: unknown) => Array.isArray(each) && each.length === 0
  const equals = (): string =>
    isEmpty(value) || (fallback !== undefined && fallback === value)
      ? eitherMissing(subject, value)
      : celOf({ is: 'compare', operator: '==', left: subject, right: literal })
  const values = Array.isArray(value) ? value : [value]
  const anyOf = () =>
    `(${values.map((each) => celOf({ is: 'compare', operator: '==', left: subject, right: { is: 'literal', value: each } })).join(' || ')})`
  if (fallback !== undefined && !isEmpty(fallback) && fallback !== value)
    throw new JmesPathError('a default (||) that is another than the value')
  switch (operator) {
    case 'Equals':
    case 'Equal':
      return equals()
    case 'NotEquals':
    case 'NotEqual':
      return `!(${equals()})`
    case 'In':
    case 'AnyIn':
    case 'AllIn':
      return anyOf()
    case 'NotIn':
    case 'AnyNotIn':
    case 'AllNotIn':
      return `!${anyOf()}`
    default: {
      const sign = SIGNS[operator]
      if (sign === undefined || typeof value !== 'number') throw new JmesPathError(`the operator ${operator} with ${JSON.stringify(value)}`)
      return celOf({ is: 'compare', operator: sign as '<', left: subject, right: literal })
    }
  }
}

function eitherMissing(subject: Node, value: unknown): string {
  const right: Node = { is: 'literal', value }
  const missing: Node = { is: 'compare', operator: '==', left: subject, right: { is: 'literal', value: null } }
  const equal: Node = { is: 'compare', operator: '==', left: subject, right }
  return `(${celOf(missing)} || ${celOf(equal)})`
}

/** `path || literal`, about `target`, which is `object` here. */
function withDefault(node: Node): { readonly subject: Node; readonly fallback: unknown } {
  if (node.is === 'or' && node.right.is === 'literal') return { subject: aboutObject(node.left), fallback: node.right.value }
  return { subject: aboutObject(node), fallback: undefined }
}

function aboutObject(node: Node): Node {
  switch (node.is) {
    case 'path': {
      const [root, ...steps] = node.steps as readonly [Step, ...Step[]]
      if (root !== 'target') throw new JmesPathError(`the variable ${String(root)}`)
      return { is: 'path', steps }
    }
    case 'call':
      return { ...node, args: node.args.map(aboutObject) }
    case 'literal':
      return node
    default:
      throw new JmesPathError('a condition as a key')
  }
}
