import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LabelSelectorSpec, labelSelectorOf, matchesLabels, parseLabelSelector, printLabelSelector } from './labels.ts'
import { isSelectorError, type SelectorError } from './selector-error.ts'

function errorOf(attempt: () => unknown): SelectorError {
  try {
    attempt()
  } catch (error) {
    if (isSelectorError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('parseLabelSelector', () => {
  test.each([
    ['', ''],
    ['  ', ''],
    ['a=b', 'a=b'],
    ['a==b', 'a=b'],
    [' a\t=\nb ', 'a=b'],
    ['a!=b', 'a!=b'],
    ['a in (b)', 'a=b'],
    ['a in (c,b,b)', 'a in (b,c)'],
    ['a notin (b)', 'a!=b'],
    ['a notin ( b , c )', 'a notin (b,c)'],
    ['a', 'a'],
    ['!a', '!a'],
    ['! a', '!a'],
    ['a>1', 'a>1'],
    ['a < 17', 'a<17'],
    ['a=', 'a='],
    ['a=,b', 'a=,b'],
    ['a!=', 'a!='],
    ['a in ()', 'a='],
    ['a in (,)', 'a='],
    ['a in (b,)', 'a in (,b)'],
    ['a in (,b)', 'a in (,b)'],
    ['a in (b,,c)', 'a in (,b,c)'],
    // "in" and "notin" are words only where an operator stands.
    ['in', 'in'],
    ['in in (in,notin)', 'in in (in,notin)'],
    ['notin=in', 'notin=in'],
    ['z,example.com/x=1,!b', '!b,example.com/x=1,z'],
  ])('%j means %j', (text, canonical) => {
    expect(printLabelSelector(parseLabelSelector(text))).toBe(canonical)
  })

  test.each([
    [',', 0, "found ',', expected: !, identifier, or 'end of string'"],
    ['=b', 0, "found '=', expected: !, identifier, or 'end of string'"],
    ['a,', 2, "found '', expected: identifier after ','"],
    ['a,,b', 2, "found ',', expected: identifier after ','"],
    ['a=b c', 4, "found 'c', expected: ',' or 'end of string'"],
    ['!a=b', 2, "found '=', expected: ',' or 'end of string'"],
    ['!', 1, "unable to parse requirement: found '', expected: identifier"],
    ['!=a', 0, "found '!=', expected: !, identifier, or 'end of string'"],
    ['a=b=c', 3, "found '=', expected: ',' or 'end of string'"],
    ['a===b', 3, "unable to parse requirement: found '=', expected: identifier"],
    ['a b', 2, "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in b', 5, "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b', 7, "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in (b c)', 8, "unable to parse requirement: found 'c', expected: ',' or ')'"],
    ['a in (b,!)', 8, "unable to parse requirement: found '!', expected: ',', or identifier"],
    ['a in (', 6, "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ['a=(b)', 2, "unable to parse requirement: found '(', expected: identifier"],
  ])('refuses %j at position %i in the words of kube-apiserver', (text, position, reason) => {
    const error = errorOf(() => parseLabelSelector(text))
    expect(error).toMatchObject({ position, reason })
    expect(error.message).toContain(`selector "${text}" is malformed at position ${position}: `)
  })

  test('a key that cannot be one is shown with the rule', () => {
    const error = errorOf(() => parseLabelSelector('ok=1, -a =x'))
    expect(error.position).toBe(6)
    expect(error.message).toContain('"-a" cannot be a label key: name part must consist of alphanumeric characters')
    expect(error.reason).toMatch(/^unable to parse requirement: <nil>: Invalid value: "-a": name part must consist/)
  })

  test('a value that cannot be one is shown with the rule', () => {
    const error = errorOf(() => parseLabelSelector('a in (x,y z/)'.replace(' z', 'z')))
    expect(error.reason).toMatch(/^unable to parse requirement: values\[1\]\[a\]: Invalid value: "yz\/": a valid label must be/)
  })

  test('numbers are required by > and <, and both faults are told', () => {
    expect(errorOf(() => parseLabelSelector('a>x')).reason).toBe(
      `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
    )
    expect(errorOf(() => parseLabelSelector('a<-1')).reason).toMatch(
      /^unable to parse requirement: values\[0\]\[a\]: Invalid value: "-1": a valid/,
    )
    expect(errorOf(() => parseLabelSelector('a<-x')).reason).toMatch(
      /^unable to parse requirement: \[values\[0\]: .*, values\[0\]\[a\]: .*\]$/,
    )
  })
})

describe('matchesLabels', () => {
  test.each([
    ['', undefined, true],
    ['a=b', { a: 'b' }, true],
    ['a=b', { a: 'c' }, false],
    ['a=b', {}, false],
    ['a=b', undefined, false],
    ['a=', { a: '' }, true],
    ['a=', {}, false],
    ['a!=b', { a: 'c' }, true],
    ['a!=b', { a: 'b' }, false],
    ['a!=b', {}, true],
    ['a notin (b,c)', undefined, true],
    ['a notin (b,c)', { a: 'c' }, false],
    ['a in (b,c)', { a: 'c' }, true],
    ['a', { a: '' }, true],
    ['a', {}, false],
    ['!a', {}, true],
    ['!a', { a: '' }, false],
    ['a>1', { a: '2' }, true],
    ['a>1', { a: '1' }, false],
    ['a>1', { a: 'x' }, false],
    ['a>1', {}, false],
    ['a<10', { a: '9' }, true],
    ['a<10', { a: '007' }, true],
    ['a>9223372036854775806', { a: '9223372036854775807' }, true],
    // Beyond 64 bits it is no integer for Kubernetes.
    ['a>1', { a: '9223372036854775808' }, false],
    ['a=b,c', { a: 'b', c: '' }, true],
    ['a=b,c', { a: 'b' }, false],
    // Labels are data: an object's inherited properties are none.
    ['constructor', {}, false],
    ['!toString', {}, true],
  ] as const)('%j on %j is %s', (selector, labels, expected) => {
    expect(matchesLabels(parseLabelSelector(selector), labels)).toBe(expected)
  })
})

describe('labelSelectorOf', () => {
  test('joins matchLabels and matchExpressions, sorted by key', () => {
    const spec: LabelSelectorSpec = {
      matchLabels: { z: '1', a: 'x' },
      matchExpressions: [
        { key: 'm', operator: 'In', values: ['2', '1', '1'] },
        { key: 'b', operator: 'DoesNotExist' },
        { key: 'c', operator: 'Exists', values: [] },
        { key: 'd', operator: 'NotIn', values: ['q'] },
      ],
    }
    expect(printLabelSelector(labelSelectorOf(spec))).toBe('a=x,!b,c,d!=q,m in (1,2),z=1')
  })

  test('an empty one selects everything', () => {
    expect(matchesLabels(labelSelectorOf({}), undefined)).toBe(true)
  })

  test.each([
    [{ matchLabels: { '-': 'x' } }, 'matchLabels["-"]: "-": name part must consist'],
    [{ matchLabels: { a: 'b c' } }, 'matchLabels["a"].values[0]: "b c": a valid label must be'],
    [
      { matchExpressions: [{ key: 'a', operator: 'In' }] },
      `matchExpressions[0].values: for 'in', 'notin' operators, values set can't be empty`,
    ],
    [{ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] }, 'matchExpressions[0].values: values set must be empty'],
    [{ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] }, '"Gt" is not a valid label selector operator'],
  ])('refuses %j and names the field', (spec, message) => {
    expect(errorOf(() => labelSelectorOf(spec as LabelSelectorSpec)).message).toContain(message)
  })
})

describe('printing', () => {
  const key = fc.constantFrom('a', 'b', 'app.kubernetes.io/name', 'in', 'notin', 'X_1')
  const value = fc.constantFrom('', 'x', 'y', 'A.b-c', 'in', '1')
  const values = fc.uniqueArray(value, { minLength: 1, maxLength: 3 }).map((list) => list.sort())
  const requirement = fc.oneof(
    fc.record({ key, operator: fc.constantFrom('In' as const, 'NotIn' as const), values }),
    fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const), values: fc.constant([]) }),
    fc.record({ key, operator: fc.constantFrom('Gt' as const, 'Lt' as const), values: fc.constantFrom(['1'], ['42']) }),
  )

  test('reads back as the same selector, and its order does not count', () => {
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 5 }), (selector) => {
        const text = printLabelSelector(selector)
        expect(printLabelSelector(parseLabelSelector(text))).toBe(text)
        expect(printLabelSelector(selector.toReversed())).toBe(text)
        expect(new Set(parseLabelSelector(text).map((one) => JSON.stringify(one)))).toEqual(
          new Set(selector.map(({ key: k, operator, values: v }) => JSON.stringify({ key: k, operator, values: v }))),
        )
      }),
    )
  })

  test('any text either parses or is refused with a SelectorError', () => {
    const pieces = fc.constantFrom('a', 'in', 'notin', '=', '!', '(', ')', ',', ' ', '>', '\0', '\\', 'é')
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 12 }).map((list) => list.join('')),
        (text) => {
          try {
            parseLabelSelector(text)
          } catch (error) {
            expect(isSelectorError(error)).toBe(true)
          }
        },
      ),
    )
  })
})
