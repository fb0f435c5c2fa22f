import { METHODS, type Place, replacementsOf } from './operators.ts'
import { isInert, type Node, parsed, part, partsOf } from './syntax.ts'

/** One change of the program. */
export interface Mutant {
  readonly id: number
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly original: string
  readonly replacement: string
}

export interface Instrumented {
  readonly code: string
  readonly mutants: readonly Mutant[]
}

/** What instrumented code asks at each place where it could do otherwise: is this mutant the one at work? */
export const SWITCH = 'kubewrightMutant'

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

/**
 * The source with all its mutants in it, each behind a switch, so that one load of it serves to try them all.
 * @param first the id of the first mutant
 */
export function instrumented(source: string, file: string, first: number): Instrumented {
  const mutants: Mutant[] = []
  const text = (node: Node) => source.slice(node.start, node.end)

  const added = (node: Node, replacement: string): number => {
    const id = first + mutants.length
    const line = source.slice(0, node.start).split('\n').length
    mutants.push({ id, file, line, original: text(node), replacement })
    return id
  }

  const asked = (id: number) => `globalThis.${SWITCH}(${id})`

  function inner(node: Node, chained: boolean): string {
    let [written, at] = ['', node.start]
    for (const [property, child] of partsOf(node)) {
      // `{ name }` is one text for two parts.
      if (child.start < at) continue
      const place: Place = {
        property,
        parent: node,
        chained: chained && (property === 'object' || property === 'callee' || property === 'expression'),
      }
      written += source.slice(at, child.start) + rendered(child, place)
      at = child.end
    }
    return written + source.slice(at, node.end)
  }

  function rendered(node: Node, place: Place): string {
    if (isInert(node, place.property, place.parent)) return text(node)
    if (node.type === 'BlockStatement') return block(node, place)
    if (node.type === 'ExpressionStatement') return statement(node)
    if (node.type === 'Identifier') return method(node, place)
    const replacements = replacementsOf(node, place, text)
    const arms = replacements.map((replacement) => `${asked(added(node, replacement))} ? ${replacement} : `)
    const body = inner(node, place.chained || node.type === 'ChainExpression')
    if (place.property === 'body' && place.parent.type === 'ArrowFunctionExpression')
      arms.unshift(`${asked(added(node, 'undefined'))} ? undefined : `)
    return arms.length === 0 ? body : `(${arms.join('')}${body})`
  }

  function block(node: Node, { parent, property }: Place): string {
    const body = inner(node, false)
    if ((node['body'] as readonly unknown[]).length === 0) return body
    // A constructor that does not call its parent's is no mutant but an error.
    if (property === 'body' && FUNCTIONS.has(parent.type))
      return isConstructor(parent) ? body : `{ if (${asked(added(node, '{}'))}) return undefined\n${body.slice(1)}`
    return `{ if (!${asked(added(node, '{}'))}) ${body} }`
  }

  function isConstructor(parent: Node): boolean {
    return /^constructor\b/.test(source.slice(source.lastIndexOf('\n', parent.start - 1) + 1, parent.start).trim())
  }

  function statement(node: Node): string {
    const expression = part(node, 'expression')
    if (node['directive'] !== undefined && node['directive'] !== null) return text(node)
    const call = expression?.type === 'AwaitExpression' ? part(expression, 'argument') : expression
    const called = call?.type === 'ChainExpression' ? part(call, 'expression') : call
    const body = inner(node, false)
    // Without semicolons a statement that begins with a bracket would go on with the line before.
    if (called?.type !== 'CallExpression' || part(called, 'callee')?.type === 'Super') return body.startsWith('(') ? `void ${body}` : body
    return `{ if (!${asked(added(node, ''))}) ${body} }`
  }

  function method(node: Node, { parent, property }: Place): string {
    const other = METHODS[text(node)]
    if (parent.type !== 'MemberExpression' || property !== 'property' || parent['computed'] === true || other === undefined)
      return text(node)
    return `[${asked(added(node, other))} ? '${other}' : '${text(node)}']`
  }

  const program = parsed(source)
  const code = source.slice(0, program.start) + inner(program, false) + source.slice(program.end)
  // `.min` became `.['min']`.
  return {
    code: code.replaceAll(
      new RegExp(`(\\?)?\\.(\\s*)\\[globalThis\\.${SWITCH}\\(`, 'g'),
      (_, optional = '', space = '') => `${optional ? '?.' : ''}${space}[globalThis.${SWITCH}(`,
    ),
    mutants,
  }
}
