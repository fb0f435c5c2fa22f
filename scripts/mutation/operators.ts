// What is changed, one thing at a time: StrykerJS's set of operators, and calls whose result nobody takes are left out.
import { type Node, part } from './syntax.ts'

/** Where a node stands: what it may become depends on that. */
export interface Place {
  readonly property: string
  readonly parent: Node
  /** Within `a?.b.c()`: what stands there cannot be wrapped without changing where the chain ends. */
  readonly chained: boolean
}

export type Text = (node: Node) => string

const SWAPPED: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '==': ['!='],
  '!=': ['=='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&': ['|'],
  '|': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '*=': ['/='],
  '/=': ['*='],
  '??=': ['&&='],
  '||=': ['&&='],
  '&&=': ['||='],
}

const COMPARISONS = new Set(['<', '<=', '>', '>=', '===', '!==', '==', '!='])

/** Methods that answer otherwise, under a name of the same shape. */
export const METHODS: Readonly<Record<string, string>> = {
  min: 'max',
  max: 'min',
  some: 'every',
  every: 'some',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  toLowerCase: 'toUpperCase',
  toUpperCase: 'toLowerCase',
  floor: 'ceil',
  ceil: 'floor',
}

/** Methods that can be left out: what they are called on has the same shape as their answer. */
const LEFT_OUT = new Set(['filter', 'slice', 'sort', 'toSorted', 'reverse', 'toReversed', 'trim', 'trimStart', 'trimEnd', 'substring'])

const isTest = ({ property, parent }: Place) =>
  property === 'test' &&
  ['IfStatement', 'ConditionalExpression', 'WhileStatement', 'DoWhileStatement', 'ForStatement'].includes(parent.type)

/** What the expression becomes: each a text that can stand in its place. */
export function replacementsOf(node: Node, place: Place, text: Text): readonly string[] {
  const found = [...ownReplacements(node, place, text)]
  // A loop that never ends tells nothing.
  if (isTest(place)) found.push('false', ...(/While|For/.test(place.parent.type) ? [] : ['true']))
  return [...new Set(found)].filter((each) => each !== text(node))
}

function ownReplacements(node: Node, place: Place, text: Text): readonly string[] {
  const operator = String(node['operator'])
  switch (node.type) {
    case 'BinaryExpression':
      return [...swapped(node, operator, text), ...(COMPARISONS.has(operator) ? ['true', 'false'] : [])]
    case 'LogicalExpression':
      return swapped(node, operator, text)
    case 'AssignmentExpression':
      return swapped(node, operator, text)
    case 'UnaryExpression':
      return unary(node, operator, text)
    case 'UpdateExpression':
      return [text(node).replace(operator, operator === '++' ? '--' : '++')]
    case 'Literal':
      return literal(node, place)
    case 'TemplateLiteral':
      return place.parent.type === 'TaggedTemplateExpression' ? [] : ["''"]
    case 'ArrayExpression':
      return text(node).trim() === '[]' ? ["['mutant']"] : ['[]']
    case 'ObjectExpression':
      return (node['properties'] as readonly unknown[]).length === 0 ? [] : ['{}']
    case 'CallExpression':
      return call(node, place, text)
    case 'ChainExpression':
      return [...text(node).matchAll(/\?\.(?=[\w#])/g)].map(({ index }) => `${text(node).slice(0, index)}.${text(node).slice(index + 2)}`)
    default:
      return []
  }
}

function swapped(node: Node, operator: string, text: Text): readonly string[] {
  const [left, right] = [part(node, 'left'), part(node, 'right')]
  if (left === undefined || right === undefined) return []
  const wrapped = node.type === 'AssignmentExpression' ? text(left) : `(${text(left)})`
  return (SWAPPED[operator] ?? []).map((other) => `${wrapped} ${other} (${text(right)})`)
}

function unary(node: Node, operator: string, text: Text): readonly string[] {
  const argument = part(node, 'argument')
  if (argument === undefined) return []
  if (operator === '!') return [text(argument)]
  return operator === '-' ? [`+${text(argument)}`] : []
}

function literal({ value }: Node, { parent, property }: Place): readonly string[] {
  if (typeof value === 'boolean') return [String(!value)]
  // That a comparison is true or false is tried already.
  if (typeof value !== 'string' || parent.type === 'BinaryExpression' || (parent.type === 'SwitchCase' && property === 'test')) return []
  return [value === '' ? "'mutant'" : "''"]
}

function call(node: Node, { chained }: Place, text: Text): readonly string[] {
  const callee = part(node, 'callee')
  const object = callee && part(callee, 'object')
  const name = callee && part(callee, 'property')?.['name']
  return !chained && object && typeof name === 'string' && LEFT_OUT.has(name) ? [text(object)] : []
}
