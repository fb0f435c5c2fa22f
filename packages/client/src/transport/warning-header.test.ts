import { expect, test } from 'vitest'
import { warningsOf } from './warning-header.ts'

test.each<[string, string | string[] | undefined, string[]]>([
  ['none', undefined, []],
  ['one', '299 - "v1 ComponentStatus is deprecated in v1.19+"', ['v1 ComponentStatus is deprecated in v1.19+']],
  ['escaped quotes', '299 - "unknown field \\"spec.x\\""', ['unknown field "spec.x"']],
  ['several in one header', '299 - "a", 299 - "b, c"', ['a', 'b, c']],
  ['several headers', ['299 - "a"', '299 - "b"'], ['a', 'b']],
  ['letters that are no ASCII, as bytes', '299 - "gr\u00c3\u00b6\u00c3\u009fe"', ['größe']],
  ['bytes that are no UTF-8', '299 - "gr\u00f6"', ['grö']],
  ['another kind of warning', '110 - "stale"', []],
])('%s', (_name, header, texts) => {
  expect(warningsOf(header)).toEqual(texts)
})
