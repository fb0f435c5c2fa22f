import { SelectorError } from './selector-error.ts'
import { compareText } from './text-order.ts'

/** One condition of a field selector. */
export interface FieldRequirement {
  /** A dotted path such as `metadata.name`; each resource knows a few. */
  readonly path: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** What stands between commas that have no backslash before them; empty terms are skipped, as the server does. */
const TERM = /(?:\\.|[^,\\]|\\$)+/gs

/** All requirements must hold; none at all matches everything. */
export type FieldSelector = readonly FieldRequirement[]

/**
 * Parses `status.phase=Running,metadata.name!=x` (`==` too). In values `\`, `,` and `=` are written with a backslash before them. An empty text
 * selects everything. Requirements come sorted. Which paths a resource knows is not checked here.
 * @throws SelectorError naming the position.
 */
export function parseFieldSelector(text: string): FieldSelector {
  return [...text.matchAll(TERM)]
    .sort((a, b) => compareText(a[0], b[0]))
    .map(({ 0: term, index }) => parseTerm(text, term, index))
    .filter(({ path, value }) => path !== '' || value !== '')
}

/** `fieldOf` gives the object's value at a path; what is `undefined` counts as empty, as the server has it. */
export function matchesFields(selector: FieldSelector, fieldOf: (path: string) => string | undefined): boolean {
  return selector.every(({ path, operator, value }) => ((fieldOf(path) ?? '') === value) === (operator === '='))
}

/** The selector as text, the same text for the same requirements in whatever order; {@link parseFieldSelector} reads it back. */
export function printFieldSelector(selector: FieldSelector): string {
  return selector
    .map(({ path, operator, value }) => `${path}${operator}${escapeFieldValue(value)}`)
    .sort(compareText)
    .join(',')
}

/** Makes any text fit to be the value in a field selector. */
export function escapeFieldValue(value: string): string {
  return value.replaceAll(/[\\,=]/g, '\\$&')
}

function parseTerm(selector: string, term: string, start: number): FieldRequirement {
  const match = /!=|==|=/.exec(term)
  if (match === null) {
    const reason = `invalid selector: '${selector}'; can't understand '${term}'`
    throw new SelectorError(`"${term}" has no =, == or !=`, { selector, position: start, reason })
  }
  const valueStart = match.index + match[0].length
  return {
    path: term.slice(0, match.index),
    operator: match[0] === '!=' ? '!=' : '=',
    value: unescapeFieldValue(selector, term.slice(valueStart), start + valueStart),
  }
}

function unescapeFieldValue(selector: string, text: string, start: number): string {
  return text.replaceAll(/\\(.?)|=/gs, (sequence, escaped: string | undefined, offset: number) => {
    if (sequence === '=') {
      // kube-apiserver prints the character's number.
      const reason = `invalid field selector: unescaped character in value: ${'='.codePointAt(0)}`
      throw new SelectorError('"=" in a value needs a backslash before it', { selector, position: start + offset, reason })
    }
    if (escaped === '\\' || escaped === ',' || escaped === '=') return escaped
    const reason = `invalid field selector: invalid escape sequence: ${sequence}`
    throw new SelectorError(`"${sequence}" is no escape sequence: write \\\\, \\, or \\=`, { selector, position: start + offset, reason })
  })
}
