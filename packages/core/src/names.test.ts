import { describe, expect, test } from 'vitest'
import {
  dns1035LabelErrors,
  dnsLabelErrors,
  dnsSubdomainErrors,
  isDns1035Label,
  isDnsLabel,
  isDnsSubdomain,
  isLabelValue,
  isQualifiedName,
  labelValueErrors,
  qualifiedNameErrors,
} from './names.ts'

const long = (length: number) => 'a'.repeat(length)

describe.each([
  ['a DNS label', isDnsLabel, ['a', '0', 'a-b', '123-abc', long(63)], ['', '-a', 'a-', 'A', 'a.b', 'a_b', 'é', 'a\n', long(64)]],
  [
    'a DNS subdomain',
    isDnsSubdomain,
    ['a', 'a.b', 'example.com', '1.2.3', `${'a.'.repeat(126)}a`],
    ['', '.', 'a..b', '.a', 'a.', 'a.-b', 'A.b', 'a.b\n', `${'a.'.repeat(126)}aa`],
  ],
  ['a DNS-1035 label', isDns1035Label, ['a', 'a1', 'a-1', long(63)], ['', '1a', 'a-', 'A', 'a.b', long(64)]],
  [
    'a qualified name',
    isQualifiedName,
    ['a', 'A', 'a_b.c-d', '1', 'example.com/a', 'x/Y', `example.com/${long(63)}`],
    ['', '/', 'a/', '/a', 'a/b/c', 'Example.com/a', '-a', 'a-', 'a b', long(64), `${long(254)}/a`],
  ],
  ['a label value', isLabelValue, ['', 'a', 'A.b_c-1', long(63)], ['-', 'a-', '.a', 'a b', 'a/b', 'é', long(64)]],
] as const)('%s', (_what, accepts, good, bad) => {
  test.each(good)('can be %j', (text) => expect(accepts(text)).toBe(true))
  test.each(bad)('cannot be %j', (text) => expect(accepts(text)).toBe(false))
})

describe('the sentences are those of Kubernetes', () => {
  test('a label with dots that is a subdomain is told about its dots only', () => {
    expect(dnsLabelErrors('my.name')).toEqual(['must not contain dots'])
  })

  test('a label', () => {
    expect(dnsLabelErrors('My_Name')).toEqual([
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ])
  })

  test('a subdomain', () => {
    expect(dnsSubdomainErrors('Example.com')).toEqual([
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ])
  })

  test('a DNS-1035 label', () => {
    expect(dns1035LabelErrors('1st')).toEqual([
      "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ])
  })

  test('a label value', () => {
    expect(labelValueErrors('-x')).toEqual([
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ])
  })

  test.each([
    ['/a', ['prefix part must be non-empty']],
    ['a/', 2],
    [`${'a.'.repeat(126)}aa/b`, ['prefix part must be no more than 253 bytes']],
    [long(64), ['name part must be no more than 63 bytes']],
  ] as const)('the qualified name %j has its parts named', (text, expected) => {
    const errors = qualifiedNameErrors(text)
    if (typeof expected === 'number') {
      expect(errors).toHaveLength(expected)
      expect(errors[0]).toBe('name part must be non-empty')
    } else expect(errors).toEqual(expected)
  })

  test('lengths are bytes, though the sentence about objects’ names says characters', () => {
    expect(dnsLabelErrors('é'.repeat(32))).toContain('must be no more than 63 characters')
    expect(dns1035LabelErrors(long(64))).toEqual(['must be no more than 63 characters'])
    expect(labelValueErrors(long(64))).toEqual(['must be no more than 63 bytes'])
  })

  test('too many slashes hide everything else', () => {
    expect(qualifiedNameErrors('a/b/c')).toHaveLength(1)
    expect(qualifiedNameErrors('a/b/c')[0]).toMatch(/^a valid label key must consist of .* with an optional DNS subdomain prefix/)
  })
})
