import { type LabelOperator, type LabelRequirement, type RequirementProblem, requirementProblems } from './label-requirement.ts'
import { SelectorError } from './selector-error.ts'
import { compareText } from './text-order.ts'

/** apimachinery's grammar of label selectors (v1.36, pkg/labels), its sentences included. @throws SelectorError */
export function parseRequirements(text: string): LabelRequirement[] {
  return new LabelSelectorParser(text).selector()
}

interface Token {
  readonly kind: 'identifier' | 'symbol' | 'end'
  readonly text: string
  readonly position: number
}

const TOKEN = /[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^ \t\r\n=!(),<>]+)|$)/y

const OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ['=', 'In'],
  ['==', 'In'],
  ['!=', 'NotIn'],
  ['in', 'In'],
  ['notin', 'NotIn'],
  ['>', 'Gt'],
  ['<', 'Lt'],
])
/** In the order in which apimachinery lists them. */
const OPERATOR_WORDS = 'in, notin, =, ==, !=, gt, lt'

class LabelSelectorParser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #next = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokenize(text)
  }

  selector(): LabelRequirement[] {
    const requirements: LabelRequirement[] = []
    if (this.#here.kind === 'end') return requirements
    if (!this.#startsRequirement) throw this.#unexpected(this.#here, "!, identifier, or 'end of string'")
    for (;;) {
      requirements.push(this.#requirement())
      const separator = this.#take()
      if (separator.kind === 'end') return requirements
      if (separator.text !== ',') throw this.#unexpected(separator, "',' or 'end of string'")
      if (!this.#startsRequirement) throw this.#unexpected(this.#here, "identifier after ','")
    }
  }

  #requirement(): LabelRequirement {
    const isNegated = this.#sees('!')
    if (isNegated) this.#take()
    const key = this.#take()
    if (key.kind !== 'identifier') throw this.#unexpectedInside(key, 'identifier')
    const existence = this.#checked(key, { key: key.text, operator: isNegated ? 'DoesNotExist' : 'Exists', values: [] })
    if (isNegated || this.#endsRequirement) return existence
    const word = this.#take()
    const operator = OPERATORS.get(word.text)
    if (operator === undefined) throw this.#unexpectedInside(word, OPERATOR_WORDS)
    const start = this.#here
    const values = word.kind === 'identifier' ? this.#valueSet() : [this.#value()]
    return this.#checked(start, { key: key.text, operator, values: [...new Set(values)].sort(compareText) })
  }

  #value(): string {
    if (this.#endsRequirement) return ''
    const token = this.#take()
    if (token.kind !== 'identifier') throw this.#unexpectedInside(token, 'identifier')
    return token.text
  }

  /** `(x,y)`: what is missing before, between or after commas is the empty value. */
  #valueSet(): readonly string[] {
    const open = this.#take()
    // apimachinery forgot the comma in this one sentence.
    if (open.text !== '(') throw this.#unexpectedInside(open, "'('", '')
    const values: string[] = []
    for (;;) {
      if (this.#sees(',') || this.#sees(')')) values.push('')
      else {
        const token = this.#take()
        if (token.kind !== 'identifier')
          throw this.#unexpectedInside(token, values.length === 0 ? "',', ')' or identifier" : "',', or identifier")
        values.push(token.text)
      }
      const separator = this.#take()
      if (separator.text === ')') return values
      if (separator.text !== ',') throw this.#unexpectedInside(separator, "',' or ')'")
    }
  }

  #checked(token: Token, requirement: LabelRequirement): LabelRequirement {
    const problems = requirementProblems(requirement)
    if (problems.length === 0) return requirement
    const { part, value, problem } = problems[0]!
    const reasons = problems.map((one) => `${path(requirement.key, one)}: Invalid value: ${JSON.stringify(one.value)}: ${one.problem}`)
    const reason = reasons.length === 1 ? reasons[0]! : `[${reasons.join(', ')}]`
    const what = part === 'key' ? 'a label key' : 'a value'
    throw this.#error(token, `"${value}" cannot be ${what}: ${problem}`, `unable to parse requirement: ${reason}`)
  }

  get #here(): Token {
    return this.#tokens[this.#next]!
  }

  /** The end stays where it is, however often it is taken. */
  #take(): Token {
    const token = this.#here
    if (token.kind !== 'end') this.#next++
    return token
  }

  #sees(symbol: string): boolean {
    return this.#here.kind === 'symbol' && this.#here.text === symbol
  }

  get #startsRequirement(): boolean {
    return this.#here.kind === 'identifier' || this.#sees('!')
  }

  get #endsRequirement(): boolean {
    return this.#here.kind === 'end' || this.#sees(',')
  }

  #unexpected(token: Token, expected: string): SelectorError {
    const problem = `found '${token.text}', expected: ${expected}`
    return this.#error(token, problem, problem)
  }

  #unexpectedInside(token: Token, expected: string, comma = ','): SelectorError {
    const found = `found '${token.text}'`
    return this.#error(token, `${found}, expected: ${expected}`, `unable to parse requirement: ${found}${comma} expected: ${expected}`)
  }

  #error(token: Token, problem: string, reason: string): SelectorError {
    return new SelectorError(problem, { selector: this.#text, position: token.position, reason })
  }
}

/** The field as kube-apiserver prints it: a key has no path in a selector that came as text, and Go prints none as `<nil>`. */
function path(key: string, { part, index }: RequirementProblem): string {
  switch (part) {
    case 'key':
      return '<nil>'
    case 'values':
      return 'values'
    case 'number':
      return `values[${index}]`
    case 'value':
      return `values[${index}][${key}]`
  }
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (;;) {
    const match = TOKEN.exec(text)!
    const [whole, symbol, identifier] = match
    const token = symbol ?? identifier ?? ''
    const position = match.index + whole.length - token.length
    tokens.push({ kind: symbol ? 'symbol' : identifier ? 'identifier' : 'end', text: token, position })
    if (token === '') return tokens
  }
}
