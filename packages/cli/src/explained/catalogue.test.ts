import { ApiError, ConfigurationError, type Explanation } from '@kubewright/core'
import { expect, test } from 'vitest'
import { loadOperators, OPERATOR_NAMES } from '../commands/operators.ts'
import { UsageError } from '../usage-error.ts'
import { codeOf, ERRORS, errorEntries, operatorEntries, runtimeEntries } from './catalogue.ts'

const operators = await loadOperators(OPERATOR_NAMES)
const entries = [...errorEntries, ...runtimeEntries, ...operators.flatMap(operatorEntries)]

test('a code stands for one entry', () => {
  const codes = ERRORS.map(({ code }) => code)
  expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([])
  expect(codes.filter((code) => !/^KW-[A-Z]+(-[A-Z]+)*$/.test(code))).toEqual([])
})

test('an entry that is about all errors of a class comes after those that are about some', () => {
  const shadowed = ERRORS.filter(({ error }, at) =>
    ERRORS.slice(0, at).some((earlier) => earlier.error === error && earlier.holds === undefined),
  )
  expect(shadowed).toEqual([])
})

test('every entry says a cause and a mend in sentences, on one line', () => {
  const texts = entries.flatMap(({ code, cause, mend = '' }: Explanation & { readonly code: string }) => [
    [code, cause] as const,
    ...(mend === '' ? [] : [[code, mend] as const]),
  ])
  expect(texts.length).toBeGreaterThan(400)
  expect(texts.filter(([, text]) => !/^[A-Z`][^\n]*[.)]$/.test(text))).toEqual([])
})

test('an error that a person can mend says how', () => {
  const withoutMend = ERRORS.filter(({ mend }) => mend === undefined).map(({ code }) => code)
  // These pass by themselves.
  expect(withoutMend).toEqual(['KW-NOT-OURS', 'KW-OUTDATED', 'KW-NOT-LEADER'])
})

test.each([
  ['a wrong command line', new UsageError('m'), 'KW-USAGE'],
  ['a wrong setting', new ConfigurationError('m', { code: 'KW-SETTINGS' }), 'KW-SETTINGS'],
  ['an answer of the server', new ApiError({ code: 404 } as never), 'KW-NOT-FOUND'],
  ['what nobody has thought of', new TypeError('m'), 'KW-UNEXPECTED'],
  ['what is no error', 'a text', 'KW-UNEXPECTED'],
])('%s has a code', (_, error, code) => expect(codeOf(error)).toBe(code))
