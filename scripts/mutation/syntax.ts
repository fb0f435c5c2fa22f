import { parseAst } from 'vitest/node'

/** A node of the syntax tree as ESTree says it, with TypeScript's own beside it. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [property: string]: unknown
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

/** @throws Error where it does not parse */
export function parsed(source: string): Node {
  const program: unknown = parseAst(source, { lang: 'ts' })
  if (!isNode(program)) throw new Error('the parser gave no program')
  return program
}

/** The node's parts, as they stand in the text. */
export function partsOf(node: Node): readonly (readonly [property: string, part: Node])[] {
  const parts: [string, Node][] = []
  for (const [property, value] of Object.entries(node)) {
    for (const each of Array.isArray(value) ? value : [value]) if (isNode(each)) parts.push([property, each])
  }
  return parts.toSorted(([, one], [, other]) => one.start - other.start)
}

export function part(node: Node, property: string): Node | undefined {
  const value = node[property]
  return isNode(value) ? value : undefined
}

/** What a program of TypeScript has that is not there when it runs; and what names things rather than computing them. */
export function isInert(node: Node, property: string, parent: Node): boolean {
  if (node.type.startsWith('TS')) return !['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'].includes(node.type)
  if (node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration' || node.type === 'TemplateElement') return true
  if (node.type === 'ExportNamedDeclaration') return part(node, 'source') !== undefined
  if (property === 'key') return parent['computed'] !== true
  return property === 'directive' || (parent.type === 'ImportExpression' && property === 'source')
}
