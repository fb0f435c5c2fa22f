import { expect, test } from 'vitest'
import { capabilitiesAt, fits } from './policy-check.ts'
import { parsePolicy } from './policy-document.ts'

test.each([
  ['secret/data/a', 'secret/data/a', true],
  ['secret/data/a', 'secret/data/a/b', false],
  ['secret/data/*', 'secret/data/a/b', true],
  ['secret/data/te*', 'secret/data/team/x', true],
  ['secret/+/team', 'secret/data/team', true],
  ['secret/+/team', 'secret/data/other/team', false],
  ['secret/+/team/*', 'secret/metadata/team/a/b', true],
  ['*', 'anything/at/all', true],
])('%s fits %s: %s', (pattern, path, wanted) => {
  expect(fits(pattern, path)).toBe(wanted)
})

test('the most specific pattern decides alone, and a deny in it is all there is', () => {
  const rules = parsePolicy(`
    # everything
    path "secret/*" { capabilities = ["read", "list"] }
    path "secret/data/+/x" { capabilities = ["update"] }
    path "secret/data/a/x" { capabilities = ["delete"] }
    path "secret/data/b/*" { capabilities = ["read", "deny"] }
  `)
  const at = (path: string) => [...capabilitiesAt(rules, path)].sort()
  expect(at('secret/data/z')).toEqual(['list', 'read'])
  expect(at('secret/data/q/x')).toEqual(['update'])
  expect(at('secret/data/a/x')).toEqual(['delete'])
  expect(at('secret/data/b/y')).toEqual(['deny'])
  expect(at('other')).toEqual([])
})

test('JSON is read too; what would be enforced wrongly is refused', () => {
  expect(parsePolicy('{"path":{"a/*":{"capabilities":["read"]}}}')).toEqual([{ path: 'a/*', capabilities: ['read'] }])
  expect(() => parsePolicy('path "a" { allowed_parameters = {} }')).toThrow('"allowed_parameters" of path "a" is not supported here')
  expect(() => parsePolicy('path "a" { capabilities = ["write"] }')).toThrow('invalid capability "write"')
})
