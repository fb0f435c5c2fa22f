import type { Issue, Position } from './errors.ts'

/** An issue as cel-go prints it: the message, the line, and a caret below the place. */
export function displayIssue(source: string, { position, message }: Issue): string {
  if (position.line < 1) return `ERROR: <input>:${position.line}:${position.column}: ${message}`
  const line = source.split('\n')[position.line - 1] ?? ''
  // cel-go counts code points, and gives a wide one a wide dot.
  const before = [...line].slice(0, position.column - 1)
  const dots = before.map((char) => (char.codePointAt(0)! > 0x7f ? '．' : '.')).join('')
  return `ERROR: <input>:${position.line}:${position.column}: ${message}\n | ${line}\n | ${dots}^`
}

/** The place of the code point at `offset`. A negative one is nowhere: -1:0, as cel-go writes it. */
export function positionAt(points: readonly string[], offset: number): Position {
  if (offset < 0) return { offset, line: -1, column: 0 }
  let line = 1
  let column = 1
  for (let i = 0; i < offset && i < points.length; i++) {
    if (points[i] === '\n') {
      line++
      column = 1
    } else column++
  }
  return { offset, line, column }
}
