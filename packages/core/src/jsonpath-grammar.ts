import type { JsonPath, JsonPathFilter, JsonPathOperand, JsonPathOperator, JsonPathStep } from './jsonpath.ts'
import { JsonPathError } from './jsonpath-error.ts'

/**
 * Parses the part of Kubernetes' JSONPath dialect that printer columns, `kubectl -o jsonpath` and field paths are written in: `.a.b`, with or
 * without a leading `$` or dot, or braces around it; `\.` in a name, `['a.b/c']`; `[0]`, `[-1]`, `[0:2]`, `[*]`, `.*`, `..name`, `['a','b']`, `[0,2]`, and
 * filters such as `[?(@.type=="Complete")]` with == != < <= > >=, or with none of them for existence. Templates (`{range}`, text around braces) are
 * not part of it. Unlike in kubectl a dot in quotes is a dot of the name.
 * @throws JsonPathError
 */
export function parseJsonPath(text: string): JsonPath {
  return { text, steps: new JsonPathParser(text).path() }
}

/** A backslash makes any character part of a name; what has a meaning of its own needs it, or quotes. */
const NAME = /(?:\\.|[^\\.[\](){}'"\s=!<>,@$*?&|])+/sy
const SINGLE_QUOTED = /'((?:\\.|[^\\'])*)'/sy
const DOUBLE_QUOTED = /"((?:\\.|[^\\"])*)"/sy
const INTEGER = /-?[0-9]+/y
const NUMBER = /[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const BOOLEAN = /(?:true|false)\b/y
const COMPARISON = /==|!=|<=|>=|<|>/y
const SPACE = /[ \t\r\n]*/y
const TEMPLATE = /(?:range|end)\b/y

class JsonPathParser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  path(): readonly JsonPathStep[] {
    this.#take(SPACE)
    const isBraced = this.#accept('{')
    this.#take(SPACE)
    if (isBraced && this.#take(TEMPLATE) !== undefined) throw this.#error('templates are not supported: write one path', 0)
    const start = this.#at
    const name = this.#accept('$') || this.#accept('@') ? undefined : this.#name()
    const steps = this.#steps()
    if (this.#at === start) throw this.#error(this.#isAtEnd || this.#sees('}') ? 'it is empty' : `a path cannot start with ${this.#here}`)
    if (isBraced) this.#expect('}')
    this.#take(SPACE)
    if (!this.#isAtEnd) {
      throw this.#error(isBraced ? 'nothing may follow the "}": write one path' : `expected ".", "[" or the end, found ${this.#here}`)
    }
    return name === undefined ? steps : [{ kind: 'field', name }, ...steps]
  }

  #steps(): readonly JsonPathStep[] {
    const steps: JsonPathStep[] = []
    for (;;) {
      if (this.#accept('..')) {
        steps.push({ kind: 'descent' })
        if (!this.#sees('[')) steps.push(this.#member('..'))
      } else if (this.#sees('.')) {
        this.#accept('.')
        // A dot alone is the whole value, and some write .[0] for [0].
        if (steps.length > 0 || !(this.#sees('[') || this.#sees('}') || this.#isAtEnd)) steps.push(this.#member('.'))
      } else if (this.#sees('[')) {
        steps.push(this.#bracket())
      } else return steps
    }
  }

  #member(after: string): JsonPathStep {
    if (this.#accept('*')) return { kind: 'all' }
    const name = this.#name()
    if (name === undefined) throw this.#error(`a name or "*" must follow "${after}"`)
    return { kind: 'field', name }
  }

  #bracket(): JsonPathStep {
    this.#expect('[')
    this.#take(SPACE)
    if (this.#accept('?')) return { kind: 'filter', filter: this.#filter() }
    const steps: JsonPathStep[] = []
    do {
      steps.push(this.#selector())
      this.#take(SPACE)
    } while (this.#accept(','))
    this.#expect(']')
    return steps.length === 1 ? steps[0]! : { kind: 'union', steps }
  }

  #selector(): JsonPathStep {
    this.#take(SPACE)
    if (this.#accept('*')) return { kind: 'all' }
    const name = this.#quoted()
    if (name !== undefined) return { kind: 'field', name }
    const start = this.#at
    const from = this.#take(INTEGER)
    if (!this.#accept(':')) {
      if (from === undefined) throw this.#error('expected a number, a slice, "*", "?" or a name in quotes')
      return { kind: 'index', index: Number(from) }
    }
    const to = this.#take(INTEGER)
    const stride = this.#accept(':') ? Number(this.#take(INTEGER) ?? 1) : 1
    if (stride < 1) throw this.#error('the step of a slice must be 1 or more', start)
    return { kind: 'slice', from: Number(from ?? 0), to: to === undefined ? undefined : Number(to), stride }
  }

  #filter(): JsonPathFilter {
    this.#expect('(')
    const start = this.#at
    const left = this.#operand()
    this.#take(SPACE)
    const operator = this.#take(COMPARISON) as JsonPathOperator | undefined
    const right = operator === undefined ? undefined : this.#operand()
    this.#take(SPACE)
    if (this.#sees('&&') || this.#sees('||')) throw this.#error('&& and || are not supported: write one comparison')
    this.#expect(')')
    this.#expect(']')
    if (operator !== undefined && right !== undefined) return { operator, left, right }
    if ('literal' in left) throw this.#error('a filter needs a path such as @.name', start)
    return { operator: 'exists', left: left.steps }
  }

  #operand(): JsonPathOperand {
    this.#take(SPACE)
    if (this.#accept('@')) return { steps: this.#steps() }
    const text = this.#quoted()
    if (text !== undefined) return { literal: text }
    const number = this.#take(NUMBER)
    if (number !== undefined) return { literal: Number(number) }
    const boolean = this.#take(BOOLEAN)
    if (boolean === undefined) throw this.#error('expected a path such as @.name, text in quotes, a number, true or false')
    return { literal: boolean === 'true' }
  }

  #name(): string | undefined {
    return unescaped(this.#take(NAME))
  }

  #quoted(): string | undefined {
    const quoted = this.#take(SINGLE_QUOTED) ?? this.#take(DOUBLE_QUOTED)
    if (quoted === undefined && (this.#sees("'") || this.#sees('"'))) throw this.#error(`the ${this.#here} has no partner`)
    return unescaped(quoted?.slice(1, -1))
  }

  get #isAtEnd(): boolean {
    return this.#at === this.#text.length
  }

  /** What stands here, for messages. */
  get #here(): string {
    return this.#isAtEnd ? 'the end' : JSON.stringify(this.#text[this.#at])
  }

  #sees(symbol: string): boolean {
    return this.#text.startsWith(symbol, this.#at)
  }

  #accept(symbol: string): boolean {
    const isHere = this.#sees(symbol)
    if (isHere) this.#at += symbol.length
    return isHere
  }

  #expect(symbol: string): void {
    this.#take(SPACE)
    if (!this.#accept(symbol)) throw this.#error(`expected "${symbol}", found ${this.#here}`)
  }

  /** Takes what the sticky pattern matches here. */
  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)?.[0]
    this.#at += match?.length ?? 0
    return match
  }

  #error(problem: string, position = this.#at): JsonPathError {
    return new JsonPathError(this.#text, position, problem)
  }
}

function unescaped(text: string | undefined): string | undefined {
  return text?.replaceAll(/\\(.)/gs, '$1')
}
