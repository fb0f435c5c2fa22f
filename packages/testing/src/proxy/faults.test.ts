import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BodyPoint, bodyPointFinder, chooseFault, type FaultRule, matchesRequest, type RequestFilter } from './faults.ts'

const watch = { method: 'GET', path: '/api/v1/namespaces/a/pods', watch: true }
const list = { ...watch, watch: false }
const streaming = { ...watch, query: new URLSearchParams('watch=1&sendInitialEvents=true') }
const removal = { method: 'DELETE', path: '/api/v1/namespaces/a/pods/x', watch: false }

describe('which requests a filter means', () => {
  test.each<[string, RequestFilter, boolean, boolean, boolean]>([
    ['all', {}, true, true, true],
    ['watches', { watch: true }, true, false, false],
    ['no watches', { watch: false }, false, true, true],
    ['writes', { writes: true }, false, false, true],
    ['reads', { writes: false }, true, true, false],
    ['a method', { method: 'DELETE' }, false, false, true],
    ['a part of the path', { path: '/pods/x' }, false, false, true],
    ['an expression for the path', { path: /pods$/ }, true, true, false],
    ['several at once', { method: 'GET', path: 'pods', watch: false }, false, true, false],
  ])('%s', (_, filter, ofWatch, ofList, ofRemoval) => {
    expect([watch, list, removal].map((request) => matchesRequest(filter, request))).toEqual([ofWatch, ofList, ofRemoval])
  })
})

test('a filter can ask for a parameter, whatever its value', () => {
  const filter = { watch: true, parameter: 'sendInitialEvents' }
  expect([watch, streaming].map((request) => matchesRequest(filter, request))).toEqual([false, true])
})

describe('which fault strikes', () => {
  const rule = (over: Partial<FaultRule>): FaultRule => ({
    fault: { is: 'reset' },
    filter: {},
    times: Number.POSITIVE_INFINITY,
    hits: 0,
    ...over,
  })

  test('the first rule that fits, and it alone is charged', () => {
    const rules = [rule({ filter: { writes: true } }), rule({ fault: { is: 'blackhole' } }), rule({})]
    expect(chooseFault(rules, list)).toEqual({ is: 'blackhole' })
    expect(rules.map(({ hits }) => hits)).toEqual([0, 1, 0])
  })

  test('a rule that is used up makes way for the next', () => {
    const rules = [rule({ fault: { is: 'status', code: 429 }, times: 2 }), rule({ fault: { is: 'status', code: 500 }, times: 1 })]
    const codes = [1, 2, 3, 4].map(() => chooseFault(rules, list)).map((fault) => (fault?.is === 'status' ? fault.code : undefined))
    expect(codes).toEqual([429, 429, 500, undefined])
  })
})

describe('where a body is cut', () => {
  /** Everything before the point, from a body sent in these chunks. */
  const before = (point: BodyPoint, chunks: readonly string[]): string | undefined => {
    const find = bodyPointFinder(point)
    let passed = ''
    for (const chunk of chunks) {
      const bytes = Buffer.from(chunk)
      const at = find(bytes)
      if (at !== undefined) return passed + bytes.subarray(0, at).toString()
      passed += chunk
    }
    return undefined
  }

  test.each<[string, BodyPoint, readonly string[], string | undefined]>([
    ['at the very start', { bytes: 0 }, ['abc'], ''],
    ['after bytes of the first chunk', { bytes: 2 }, ['abc'], 'ab'],
    ['after bytes of a later chunk', { bytes: 5 }, ['abc', 'def'], 'abcde'],
    ['nowhere, in a body that is shorter', { bytes: 9 }, ['abc', 'def'], undefined],
    ['in the middle of the first line', { lines: 0 }, ['abcd\nefgh\n'], 'ab'],
    ['in the middle of the line after one', { lines: 1 }, ['abcd\nefgh\n'], 'abcd\nef'],
    ['in a line that starts with the next chunk', { lines: 1 }, ['abcd\n', 'efgh\n'], 'abcd\nef'],
    ['in a line whose newline has not come yet', { lines: 1 }, ['abcd\ne', 'fgh\n'], 'abcd\ne'],
    ['nowhere, when the lines do not suffice', { lines: 2 }, ['abcd\n', 'efgh\n'], undefined],
  ])('%s', (_, point, chunks, expected) => {
    expect(before(point, chunks)).toBe(expected)
  })

  test('never between two lines: what is cut is a line, however the body comes', () => {
    const line = fc.stringMatching(/^[a-z]{2,12}$/)
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        fc.nat(7),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (lines, skip, sizes) => {
          fc.pre(skip < lines.length)
          const body = `${lines.join('\n')}\n`
          const chunks: string[] = []
          for (let at = 0, i = 0; at < body.length; i++) {
            const size = sizes[i % sizes.length]!
            chunks.push(body.slice(at, at + size))
            at += size
          }
          const passed = before({ lines: skip }, chunks)!
          const whole = lines
            .slice(0, skip)
            .map((text) => `${text}\n`)
            .join('')
          const rest = passed.slice(whole.length)
          expect(passed.startsWith(whole)).toBe(true)
          expect(rest.length).toBeGreaterThan(0)
          expect(lines[skip]!.startsWith(rest)).toBe(true)
        },
      ),
    )
  })
})
