import { errorAt } from '../located-error.ts'
import { call, type Expr, ident, literal, type MapExpr, OPERATOR, select } from './ast.ts'
import { parseLiteral } from './literals.ts'
import { expandMacro, type MacroSet } from './macros.ts'
import { SyntaxFault, type Token, tokenize } from './token.ts'

/** cel-go's limits: code points of an expression, and how deep it may nest. */
const LONGEST = 100_000
const DEEPEST = 250
/** Where cel-go's parser gives up: the last one is that it has. */
const MOST_FAULTS = 101
/** Limits are not reported at a place. */
const NOWHERE = -1

const RESERVED = new Set('as break const continue else for function if import let loop package namespace return var void while'.split(' '))
const STARTS = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"
const RELATIONS: Readonly<Record<string, string>> = {
  '==': OPERATOR.equal,
  '!=': OPERATOR.notEqual,
  '<': OPERATOR.less,
  '<=': OPERATOR.lessEqual,
  '>': OPERATOR.greater,
  '>=': OPERATOR.greaterEqual,
  in: OPERATOR.in,
}
const SUMS: Readonly<Record<string, string>> = { '+': OPERATOR.add, '-': OPERATOR.subtract }
const PRODUCTS: Readonly<Record<string, string>> = { '*': OPERATOR.multiply, '/': OPERATOR.divide, '%': OPERATOR.modulo }
/** Binary operators from loosest to tightest; `&&` and `||` come apart, because their chains are balanced. */
const LEVELS = [RELATIONS, SUMS, PRODUCTS] as const

/** The tree of an expression, with macros expanded. @throws CelError where the text is malformed. */
export function parseExpression(text: string, macros: MacroSet): Expr {
  const size = Array.from(text).length
  const oversize = `expression code point size exceeds limit: size: ${size}, limit ${LONGEST}`
  const found = size > LONGEST ? [new SyntaxFault(oversize, NOWHERE)] : attempt(text, macros)
  if (!Array.isArray(found)) return found
  throw errorAt(text, found.slice(0, MOST_FAULTS))
}

function attempt(text: string, macros: MacroSet): Expr | SyntaxFault[] {
  const { tokens, faults } = tokenize(text)
  try {
    const expr = new Parser(tokens, macros).parse()
    return faults.length === 0 ? expr : faults
  } catch (error) {
    if (error instanceof SyntaxFault) return [...faults, error]
    throw error
  }
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #macros: MacroSet
  #next = 0
  #depth = 0

  constructor(tokens: readonly Token[], macros: MacroSet) {
    this.#tokens = tokens
    this.#macros = macros
  }

  parse(): Expr {
    const expr = this.#expression()
    const rest = this.#peek()
    if (rest.is !== 'end') {
      const last = this.#tokens[this.#next + 1]?.is === 'end'
      throw new SyntaxFault(`Syntax error: ${last ? 'extraneous' : 'mismatched'} input '${rest.text}' expecting <EOF>`, rest.at)
    }
    return expr
  }

  #peek(): Token {
    return this.#tokens[this.#next]!
  }

  /** Takes the next token when it is this sign, or this word. */
  #take(text: string): Token | undefined {
    const token = this.#peek()
    if (token.text !== text || (token.is !== 'sign' && token.is !== 'name')) return undefined
    this.#next++
    return token
  }

  #expect(text: string): Token {
    const token = this.#take(text)
    if (token !== undefined) return token
    const found = this.#peek()
    // After an element the grammar would take a comma as well, so that nothing is certain to be missing.
    const expected = text === ':' ? `'${text}'` : `{'${text}', ','}`
    const problem = text === ')' ? `missing ')' at '${found.text}'` : `mismatched input '${found.text}' expecting ${expected}`
    throw new SyntaxFault(`Syntax error: ${problem}`, found.at)
  }

  #deeper<T>(inner: () => T): T {
    if (++this.#depth > DEEPEST) throw new SyntaxFault(`expression recursion limit exceeded: ${DEEPEST}`, NOWHERE)
    const result = inner()
    this.#depth--
    return result
  }

  #expression(): Expr {
    return this.#deeper(() => {
      const condition = this.#chain('||', OPERATOR.or, () => this.#chain('&&', OPERATOR.and, () => this.#binary(0)))
      const question = this.#take('?')
      if (question === undefined) return condition
      const whenTrue = this.#chain('||', OPERATOR.or, () => this.#chain('&&', OPERATOR.and, () => this.#binary(0)))
      this.#expect(':')
      return call(OPERATOR.conditional, [condition, whenTrue, this.#expression()], question.at)
    })
  }

  /** A chain of && or of ||, as a balanced tree: a thousand terms must not nest a thousand deep. */
  #chain(sign: string, operator: string, term: () => Expr): Expr {
    const terms = [term()]
    const places: number[] = []
    for (let token = this.#take(sign); token !== undefined; token = this.#take(sign)) {
      places.push(token.at)
      terms.push(term())
    }
    const balance = (low: number, high: number): Expr => {
      if (low === high) return terms[low]!
      const middle = Math.floor((low + high) / 2)
      return call(operator, [balance(low, middle), balance(middle + 1, high)], places[middle]!)
    }
    return balance(0, terms.length - 1)
  }

  #binary(level: number): Expr {
    const operators = LEVELS[level]
    if (operators === undefined) return this.#unary()
    let left = this.#binary(level + 1)
    let links = 0
    for (;;) {
      const token = this.#peek()
      const operator =
        (token.is === 'sign' || token.text === 'in') && Object.hasOwn(operators, token.text) ? operators[token.text] : undefined
      if (operator === undefined) return left
      if (++links > DEEPEST) throw new SyntaxFault('max recursion depth exceeded', NOWHERE)
      this.#next++
      left = call(operator, [left, this.#binary(level + 1)], token.at)
    }
  }

  #unary(): Expr {
    const first = this.#peek()
    if (first.text === '-' && first.is === 'sign') {
      const number = this.#tokens[this.#next + 1]!
      if (number.is === 'int' || number.is === 'double') return this.#member()
    }
    for (const [sign, operator] of [
      ['!', OPERATOR.not],
      ['-', OPERATOR.negate],
    ] as const) {
      let count = 0
      while (this.#take(sign) !== undefined) {
        count++
        const number = this.#tokens[this.#next + 1]
        if (sign === '-' && this.#peek().text === '-' && (number?.is === 'int' || number?.is === 'double')) break
      }
      if (count === 0) continue
      const operand = this.#member()
      return count % 2 === 0 ? operand : call(operator, [operand], first.at)
    }
    return this.#member()
  }

  #member(): Expr {
    let expr = this.#primary()
    let links = 0
    for (;;) {
      const token = this.#peek()
      if (token.is !== 'sign') return expr
      if (++links > DEEPEST) throw new SyntaxFault('max recursion depth exceeded', NOWHERE)
      if (this.#take('.') !== undefined) expr = this.#selection(expr, token.at)
      else if (this.#take('[') !== undefined) {
        const optional = this.#take('?') !== undefined
        const index = this.#expression()
        this.#expect(']')
        expr = call(optional ? OPERATOR.optionalIndex : OPERATOR.index, [expr, index], token.at)
      } else return expr
    }
  }

  #selection(operand: Expr, at: number): Expr {
    const optional = this.#take('?') !== undefined
    const name = this.#peek()
    if (name.is !== 'name' || /^(true|false|null|in)$/.test(name.text)) {
      throw new SyntaxFault(`Syntax error: no viable alternative at input '.${name.is === 'end' ? '' : name.text}'`, name.at)
    }
    this.#next++
    const open = this.#peek()
    if (!optional && this.#take('(') !== undefined) return this.#call(name.text, this.#list(')'), open.at, operand)
    if (!optional) return select(operand, name.text, at)
    return call(OPERATOR.optionalSelect, [operand, literal({ of: 'string', value: name.text }, name.at)], at)
  }

  #call(name: string, args: readonly Expr[], at: number, target?: Expr): Expr {
    return expandMacro(this.#macros, name, target, args, at) ?? call(name, args, at, target)
  }

  #primary(): Expr {
    const token = this.#peek()
    switch (token.is) {
      case 'int':
      case 'uint':
      case 'double':
      case 'string':
      case 'bytes':
        this.#next++
        return literal(parseLiteral(token, false), token.at)
      case 'name':
        return this.#named('')
      case 'end':
        break
      default:
        if (this.#take('(') !== undefined) {
          const inner = this.#expression()
          this.#expect(')')
          return inner
        }
        if (this.#take('[') !== undefined) return this.#listLiteral(token.at)
        if (this.#take('{') !== undefined) return { is: 'map', entries: this.#entries(), at: token.at }
        if (this.#take('.') !== undefined && this.#peek().is === 'name') return this.#named('.')
        if (token.text === '-' && this.#take('-') !== undefined) {
          const number = this.#peek()
          if (number.is === 'int' || number.is === 'double') {
            this.#next++
            return literal(parseLiteral(number, true), token.at)
          }
        }
    }
    throw this.#misplaced()
  }

  #misplaced(): SyntaxFault {
    const found = this.#peek()
    const following = this.#tokens[this.#next + 1]
    // One token too many, when what follows could stand here.
    const isExtra = found.is !== 'end' && following?.is !== 'end' && (following?.is !== 'sign' || /^[[({.!-]$/.test(following.text))
    return new SyntaxFault(`Syntax error: ${isExtra ? 'extraneous' : 'mismatched'} input '${found.text}' expecting ${STARTS}`, found.at)
  }

  #named(prefix: string): Expr {
    const token = this.#peek()
    this.#next++
    if (prefix === '') {
      if (token.text === 'true' || token.text === 'false') return literal({ of: 'bool', value: token.text === 'true' }, token.at)
      if (token.text === 'null') return literal({ of: 'null_type', value: null }, token.at)
    }
    const struct = this.#struct(prefix, token)
    if (struct !== undefined) return struct
    if (token.text === 'in') throw new SyntaxFault(`Syntax error: mismatched input 'in' expecting ${STARTS}`, token.at)
    if (RESERVED.has(token.text)) throw new SyntaxFault(`reserved identifier: ${token.text}`, token.at)
    const open = this.#peek()
    if (this.#take('(') !== undefined) return this.#call(prefix + token.text, this.#list(')'), open.at)
    return ident(prefix + token.text, token.at)
  }

  /** `pkg.Type{field: value}`, when a brace follows the dotted name. */
  #struct(prefix: string, first: Token): Expr | undefined {
    let end = this.#next
    let type = prefix + first.text
    while (this.#tokens[end]?.text === '.' && this.#tokens[end + 1]?.is === 'name') {
      type += `.${this.#tokens[end + 1]!.text}`
      end += 2
    }
    const open = this.#tokens[end]
    if (open?.text !== '{' || open.is !== 'sign') return undefined
    this.#next = end + 1
    const fields = this.#entries().map(({ key, value, optional, at }) => {
      if (key.is !== 'ident') throw new SyntaxFault('Syntax error: a field of a message is named without quotes', key.at)
      return { name: key.name, value, optional, at }
    })
    return { is: 'struct', type, fields, at: open.at }
  }

  #listLiteral(at: number): Expr {
    const elements: { value: Expr; optional: boolean }[] = []
    while (this.#take(']') === undefined) {
      const optional = this.#take('?') !== undefined
      elements.push({ value: this.#expression(), optional })
      if (this.#take(',') !== undefined) continue
      this.#expect(']')
      break
    }
    return { is: 'list', elements, at }
  }

  /** `at` is where the colon is: cel-go reports there what is wrong with a field. */
  #entries(): (MapExpr['entries'][number] & { readonly at: number })[] {
    const entries: { key: Expr; value: Expr; optional: boolean; at: number }[] = []
    while (this.#take('}') === undefined) {
      const optional = this.#take('?') !== undefined
      const key = this.#expression()
      const { at } = this.#peek()
      this.#expect(':')
      entries.push({ key, value: this.#expression(), optional, at })
      if (this.#take(',') !== undefined) continue
      this.#expect('}')
      break
    }
    return entries
  }

  #list(close: string): Expr[] {
    const items: Expr[] = []
    if (this.#take(close) !== undefined) return items
    do items.push(this.#expression())
    while (this.#take(',') !== undefined)
    this.#expect(close)
    return items
  }
}
