export type Token =
  | { readonly is: 'name' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'sign'; readonly text: string; readonly at: number }
  | { readonly is: 'end'; readonly text: '<EOF>'; readonly at: number }

export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault'
  readonly at: number

  /** @param at where, in code points */
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

const SPACE = /[\t\n\f\r ]+|\/\/[^\n]*/y
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y
const NUMBER = /0x[0-9a-fA-F]+[uU]?|(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)|[0-9]+[uU]?/y
/** cel-go's lexer knows names in backticks; Kubernetes' grammar has no place for them. */
const QUOTED_NAME = /`[A-Za-z0-9_./ -]+`/y
const SIGN = /&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()[\]{}]/y
const ESCAPE = String.raw`\\(?:[abfnrtv\\?"'\x60]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})`
const STRING = new RegExp(
  [
    `[bB]?[rR](?:"""[\\s\\S]*?"""|'''[\\s\\S]*?'''|"[^"\\n\\r]*"|'[^'\\n\\r]*')`,
    `[bB]?(?:"""(?:${ESCAPE}|[^\\\\])*?"""|'''(?:${ESCAPE}|[^\\\\])*?'''|"(?:${ESCAPE}|[^"\\\\\\n\\r])*"|'(?:${ESCAPE}|[^'\\\\\\n\\r])*')`,
  ].join('|'),
  'y',
)
/** A text up to where it goes wrong. */
const BROKEN_STRING = new RegExp(`[bB]?[rR]?(?:"(?:${ESCAPE}|[^"\\\\\\n\\r])*|'(?:${ESCAPE}|[^'\\\\\\n\\r])*)(?:\\\\[^\\n]?)?`, 'y')

/** Cuts the text into tokens. What no token starts with is skipped, and reported. */
export function tokenize(text: string): { readonly tokens: Token[]; readonly faults: SyntaxFault[] } {
  const tokens: Token[] = []
  const faults: SyntaxFault[] = []
  let index = 0
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = index
    return pattern.exec(text)?.[0]
  }
  const advance = (part: string): void => {
    index += part.length
    at += isAscii(part) ? part.length : [...part].length
  }
  while (index < text.length) {
    const space = take(SPACE)
    if (space !== undefined) {
      advance(space)
      continue
    }
    const token = next(take, at)
    if (token === undefined) {
      const skipped = take(BROKEN_STRING) ?? String.fromCodePoint(text.codePointAt(index)!)
      faults.push(new SyntaxFault(`Syntax error: token recognition error at: '${skipped}'`, at))
      advance(skipped)
      continue
    }
    tokens.push(token)
    advance(token.text)
  }
  tokens.push({ is: 'end', text: '<EOF>', at })
  return { tokens, faults }
}

function next(take: (pattern: RegExp) => string | undefined, at: number): Token | undefined {
  const string = take(STRING)
  if (string !== undefined) return { is: /^[rR]?[bB]/.test(string) ? 'bytes' : 'string', text: string, at }
  const name = take(NAME)
  if (name !== undefined) return { is: 'name', text: name, at }
  const quoted = take(QUOTED_NAME)
  if (quoted !== undefined) return { is: 'sign', text: quoted, at }
  const number = take(NUMBER)
  if (number !== undefined) return { is: numberKind(number), text: number, at }
  const sign = take(SIGN)
  return sign === undefined ? undefined : { is: 'sign', text: sign, at }
}

function numberKind(text: string): 'int' | 'uint' | 'double' {
  if (/[uU]$/.test(text)) return 'uint'
  return !text.startsWith('0x') && /[.eE]/.test(text) ? 'double' : 'int'
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text)
}
