import { expect, test } from 'vitest'
import { FieldErrors, invalidMessage, worded } from './field-errors.ts'

test.each<[(errors: FieldErrors) => void, string, string, string]>([
  [(e) => e.required('spec.image'), 'spec.image', 'FieldValueRequired', 'Required value'],
  [(e) => e.required('a', 'say which'), 'a', 'FieldValueRequired', 'Required value: say which'],
  [(e) => e.invalid('a', 'must be less', { b: 1 }), 'a', 'FieldValueInvalid', 'Invalid value: {"b":1}: must be less'],
  [(e) => e.invalid('spec.password', 'is too short'), 'spec.password', 'FieldValueInvalid', 'Invalid value: is too short'],
  [(e) => e.notSupported('a', ['x', 'y'], 'z'), 'a', 'FieldValueNotSupported', 'Unsupported value: "z": supported values: "x", "y"'],
  [(e) => e.forbidden('a', 'not now'), 'a', 'FieldValueForbidden', 'Forbidden: not now'],
  [(e) => e.duplicate(['a', 2], 'x'), 'a[2]', 'FieldValueDuplicate', 'Duplicate value: "x"'],
  [(e) => e.notFound('a', 'x'), 'a', 'FieldValueNotFound', 'Not found: "x"'],
  [(e) => e.tooLong('a', 9), 'a', 'FieldValueTooLong', 'Too long: may not be more than 9 bytes'],
  [(e) => e.tooMany('a', 5, 3), 'a', 'FieldValueTooMany', 'Too many: 5: must have at most 3 items'],
  [(e) => e.at('metadata', 'annotations').required(['a.b/c']), 'metadata.annotations[a.b/c]', 'FieldValueRequired', 'Required value'],
  [(e) => e.at('spec').at('rules', 0).required('host'), 'spec.rules[0].host', 'FieldValueRequired', 'Required value'],
])('%#: in the words of kube-apiserver', (find, field, reason, message) => {
  const errors = new FieldErrors()
  find(errors)
  expect(errors.causes).toEqual([{ field, reason, message }])
})

test('a long value is cut', () => {
  const errors = new FieldErrors()
  errors.invalid('a', 'is long', 'x'.repeat(1000))
  expect(errors.causes[0]?.message?.length).toBeLessThan(250)
})

test('one error stands alone, several in brackets, and the core group is not named', () => {
  const cause = { field: 'a', message: 'Required value' }
  expect(invalidMessage({ group: '', kind: 'Pod' }, 'x', [cause])).toBe('Pod "x" is invalid: a: Required value')
  expect(invalidMessage({ group: 'b.dev', kind: 'B' }, 'x', [cause, { message: 'odd' }])).toBe(
    'B.b.dev "x" is invalid: [a: Required value, odd]',
  )
})

test('causes of a schema get the same beginnings', () => {
  expect(worded({ reason: 'FieldValueInvalid', field: 'a', message: 'must be 1' }).message).toBe('Invalid value: must be 1')
  expect(worded({ reason: 'Other', message: 'odd' }).message).toBe('odd')
})
