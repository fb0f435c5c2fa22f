import { COMPARATORS, type Comparator, EVERY, JmesPathError, type Node, type Step } from './node.ts'

const TOKEN =
  /\s*(?:([A-Za-z_][A-Za-z0-9_]*)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`|(-?\d+)|(==|!=|<=|>=|&&|\|\||\[\]|[<>!().,[\]|@*?{}&:]))/y

type Token =
  | { readonly is: 'name'; readonly text: string }
  | { readonly is: 'literal'; readonly value: unknown }
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'sign'; readonly text: string }
  | { readonly is: 'end' }

function* tokensOf(source: string): Generator<Token> {
  TOKEN.lastIndex = 0
  while (source.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(source)
    if (match === null) throw new JmesPathError(`position ${at + 1} of "${source}" cannot be read`)
    const [, name, quoted, raw, json, number, sign] = match
    if (name !== undefined) yield { is: 'name', text: name }
    else if (quoted !== undefined) yield { is: 'name', text: JSON.parse(`"${quoted}"`) as string }
    else if (raw !== undefined) yield { is: 'literal', value: raw.replace(/\\'/g, "'") }
    else if (json !== undefined) yield { is: 'literal', value: literalOf(json.replace(/\\`/g, '`')) }
    else if (number !== undefined) yield { is: 'number', value: Number(number) }
    else yield { is: 'sign', text: sign! }
  }
}

/** JSON; what is none counted as text before JMESPath became strict. */
function literalOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text.trim()
  }
}

/** @throws JmesPathError naming what it does not know */
export function parseJmesPath(source: string): Node {
  return new Parser([...tokensOf(source), { is: 'end' }]).parse()
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Node {
    const node = this.#or()
    const rest = this.#peek()
    if (rest.is !== 'end') throw new JmesPathError(`${wordOf(rest)} is not translated`)
    return node
  }

  #or(): Node {
    let left = this.#and()
    while (this.#take('||')) left = { is: 'or', left, right: this.#and() }
    return left
  }

  #and(): Node {
    let left = this.#comparison()
    while (this.#take('&&')) left = { is: 'and', left, right: this.#comparison() }
    return left
  }

  #comparison(): Node {
    const left = this.#unary()
    const next = this.#peek()
    const operator = next.is === 'sign' ? COMPARATORS.find((each) => each === next.text) : undefined
    if (operator === undefined) return left
    this.#at++
    return { is: 'compare', operator: operator as Comparator, left, right: this.#unary() }
  }

  #unary(): Node {
    if (this.#take('!')) return { is: 'not', of: this.#unary() }
    if (this.#take('(')) {
      const inner = this.#or()
      this.#expect(')')
      return inner
    }
    const token = this.#next()
    if (token.is === 'literal') return token
    if (token.is === 'name') return this.#take('(') ? this.#call(token.text) : this.#path([token.text])
    throw new JmesPathError(`${wordOf(token)} is not translated`)
  }

  #call(name: string): Node {
    const args: Node[] = []
    while (!this.#take(')')) {
      if (args.length > 0) this.#expect(',')
      args.push(this.#take('@') ? this.#path([]) : this.#or())
    }
    return { is: 'call', name, args }
  }

  #path(steps: Step[]): Node {
    for (;;) {
      if (this.#take('.')) {
        const token = this.#next()
        if (token.is !== 'name') throw new JmesPathError(`${wordOf(token)} after a dot is not translated`)
        steps.push(token.text)
      } else if (this.#take('[]')) steps.push(EVERY)
      else if (this.#take('[')) {
        const token = this.#next()
        if (token.is !== 'number' || token.value < 0)
          throw new JmesPathError(`a projection or filter ([${wordOf(token)}…) is not translated`)
        this.#expect(']')
        steps.push(token.value)
      } else return { is: 'path', steps }
    }
  }

  #peek(): Token {
    return this.#tokens[this.#at]!
  }

  #next(): Token {
    return this.#tokens[this.#at++] ?? { is: 'end' }
  }

  #take(sign: string): boolean {
    const token = this.#peek()
    if (token?.is !== 'sign' || token.text !== sign) return false
    this.#at++
    return true
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw new JmesPathError(`"${sign}" is missing before ${wordOf(this.#peek())}`)
  }
}

function wordOf(token: Token): string {
  switch (token.is) {
    case 'end':
      return 'the end'
    case 'literal':
      return JSON.stringify(token.value)
    case 'number':
      return String(token.value)
    default:
      return `"${token.text}"`
  }
}
