import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Cron } from './cron.ts'
import { parseDuration } from './duration.ts'
import { parseFieldSelector } from './fields.ts'
import { parsePointer } from './json-pointer.ts'
import { parseJsonPath } from './jsonpath-grammar.ts'
import { parseLabelSelector } from './labels.ts'
import { parseQuantity } from './quantity.ts'
import { Zone } from './zone.ts'

const UTC = new Zone('UTC')

/** `KUBEWRIGHT_FUZZ_RUNS=100000` for a night. */
const RUNS = Number(process.env['KUBEWRIGHT_FUZZ_RUNS'] ?? 200)

// Pieces with a meaning to some grammar, many times over: what a parser with a stack or a way back has trouble with.
const piece = fc.constantFrom(
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '!',
    '-',
    '+',
    '"',
    "'",
    '\\',
    '.',
    '..',
    '*',
    '*/',
    ',',
    '=',
    '==',
    '/',
    '~',
    '~1',
    '%',
    '@',
    '?(',
    '$',
    '<',
    ' ',
  ],
  ...[
    'a',
    'in ',
    'notin (',
    '1',
    '0',
    '1h',
    '9e9',
    'Ki',
    '.5',
    '\n',
    '\0',
    'é',
    '😀',
    '\ud800',
    '__proto__',
    'constructor',
    '* ',
    '1-',
    'L',
  ],
)
const text = fc
  .array(fc.tuple(piece, fc.constantFrom(1, 1, 1, 2, 5_000)), { maxLength: 8 })
  .map((parts) => parts.map(([each, times]) => each.repeat(times)).join(''))

test.each<readonly [string, (text: string) => unknown, RegExp]>([
  ['a duration', parseDuration, /^duration "/],
  ['a quantity', parseQuantity, /^quantity "/],
  ['a label selector', parseLabelSelector, /^selector "/],
  ['a field selector', parseFieldSelector, /^selector "/],
  ['a JSONPath', parseJsonPath, /^JSONPath "/],
  ['a JSON pointer', parsePointer, /^JSON pointer "/],
  ['a schedule', (schedule) => new Cron(schedule, UTC), /^"[\s\S]* (is no cron expression|never comes)|^cron: "/],
  [
    'a field of a schedule',
    (field) => new Cron(`${field} * * * *`, UTC),
    /^"[\s\S]* (is no cron expression|never comes)|^cron: (the step of )?"/,
  ],
])('whatever text is given for %s, it is one, or an error says that it is none', (_, parse, words) => {
  fc.assert(
    fc.property(text, (given) => {
      try {
        parse(given)
      } catch (error) {
        expect((error as Error).message).toMatch(words)
      }
    }),
    { numRuns: RUNS },
  )
  expect(Object.keys(Object.prototype)).toEqual([])
})
