import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { problemOfPath } from './grammar.ts'
import { allowedPatterns, defaultRules, isAllowed, parseRule } from './path-policy.ts'
import { fullPath, placeOf, possiblePlaces } from './placement.ts'

describe('B4: a path is refused before any request', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['blanks', '  '],
    ['a mount alone', 'secret'],
    ['a slash before it', '/secret/a'],
    ['a slash behind it', 'secret/a/'],
    ['two slashes', 'secret//a'],
    ['a step up', 'secret/team/../other'],
    ['a step nowhere', 'secret/./a'],
    ['three dots', 'secret/.../a'],
    ['an encoded step up', 'secret/%2e%2e/a'],
    ['an encoded slash', 'secret/a%2fb'],
    ['a doubly encoded slash', 'secret/a%252fb'],
    ['NUL', 'secret/a\0b'],
    ['a newline', 'secret/a\nb'],
    ['a blank', 'secret/a b'],
    ['a backslash', 'secret\\a/b'],
    ['a look-alike of a slash', 'secret/a∕b'],
    ['a look-alike of two dots', 'secret/‥/a'],
    ['a full-width dot', 'secret/．．/a'],
    ['a blank that nobody sees', 'secret/a\u200bb'],
    ['a reversed order of writing', 'secret/\u202ea'],
    ['a question mark', 'secret/a?list=true'],
    ['a number sign', 'secret/a#b'],
    ['a pattern', 'secret/*'],
    ['more characters than anybody writes', `secret/${'a'.repeat(512)}`],
  ])('%s', (_, path) => {
    expect(problemOfPath(path)).toBeTypeOf('string')
  })

  test.each(['secret/a', 'secret/data/my-app', 'team/kv/a_b/c.d', 'kv/a@b/c=d', 'secret/.hidden'])('%s is fine', (path) => {
    expect(problemOfPath(path)).toBeUndefined()
  })
})

describe('2.6.8: where a path is in Vault', () => {
  const at = (path: string, mount: string, version: 1 | 2, clusterName = '', stripData = true) =>
    fullPath(placeOf(path, { mount, version }, { clusterName, stripData }))

  test.each<[string, ReturnType<typeof at>, string]>([
    ['the cluster’s name goes behind the mount', at('secret/shop', 'secret', 2, 'east'), 'secret/east/shop'],
    ['also behind a mount with slashes', at('team/kv/shop', 'team/kv', 2, 'east'), 'team/kv/east/shop'],
    ['"data/" of a KV 2 is dropped', at('secret/data/shop', 'secret', 2), 'secret/shop'],
    ['once', at('secret/data/data/shop', 'secret', 2), 'secret/data/shop'],
    ['and stays where it is not to be', at('secret/data/shop', 'secret', 2, '', false), 'secret/data/shop'],
    ['of a KV 1 it is a part of the path', at('kv/data/shop', 'kv', 1), 'kv/data/shop'],
    ['with both', at('secret/data/shop', 'secret', 2, 'east'), 'secret/east/shop'],
  ])('%s', (_, found, expected) => expect(found).toBe(expected))
})

describe('the path policy', () => {
  const scope = { cluster: 'east', namespace: 'team' }
  const allowed = (rules: readonly string[], mount: string, rest: string, namespace = 'team') =>
    isAllowed(rules.map(parseRule), { cluster: 'east', namespace }, { mount, rest })

  test('by default a namespace has what is below its name, on any mount', () => {
    const rules = defaultRules('')
    expect(allowedPatterns(rules, { cluster: '', namespace: 'team' })).toEqual(['*/team/**'])
    const may = (mount: string, rest: string) => isAllowed(rules, { cluster: '', namespace: 'team' }, { mount, rest })
    expect(may('secret', 'team/shop')).toBe(true)
    expect(may('a/b/c', 'team/shop/db')).toBe(true)
    expect(may('secret', 'team')).toBe(false)
    expect(may('secret', 'teams/shop')).toBe(false)
    expect(may('secret', 'other/shop')).toBe(false)
    expect(may('secret', 'x/team/shop')).toBe(false)
  })

  test('with a cluster’s name that comes first', () => {
    const may = (rest: string) => isAllowed(defaultRules('east'), scope, { mount: 'secret', rest })
    expect(may('east/team/shop')).toBe(true)
    expect(may('team/shop')).toBe(false)
    expect(may('west/team/shop')).toBe(false)
  })

  test.each<[string, readonly string[], string, string, string, boolean]>([
    ['one path', ['team=secret/apps/shop'], 'secret', 'apps/shop', 'team', true],
    ['no other', ['team=secret/apps/shop'], 'secret', 'apps/shop/db', 'team', false],
    ['part of a segment', ['*=secret/app-*'], 'secret', 'app-shop', 'team', true],
    ['which ends at the slash', ['*=secret/app-*'], 'secret', 'app-shop/db', 'team', false],
    ['namespaces by their beginning', ['team-*=secret/shared/**'], 'secret', 'shared/x', 'team-a', true],
    ['and not others', ['team-*=secret/shared/**'], 'secret', 'shared/x', 'other', false],
    ['another mount', ['*=kv/{{namespace}}/**'], 'secret', 'team/x', 'team', false],
    ['a dot is a dot', ['*=secret/a.b/**'], 'secret', 'axb/c', 'team', false],
    ['the second rule', ['*=kv/x', 'team=secret/y'], 'secret', 'y', 'team', true],
    ['a namespace in the middle of a segment', ['*=secret/k8s-{{namespace}}/**'], 'secret', 'k8s-team/x', 'team', true],
  ])('%s', (_, rules, mount, rest, namespace, expected) => expect(allowed(rules, mount, rest, namespace)).toBe(expected))

  test.each(['', 'secret/x', '=secret/x', '*=', '*=secret', '*=secret/**/x', '*=secret/{{user}}/x', '*=secret/{x}', 'Team=secret/x'])(
    'the rule "%s" is refused',
    (rule) => {
      expect(() => parseRule(rule)).toThrow()
    },
  )

  test('whatever the path, what the default policy allows lies below the namespace', () => {
    const segment = fc.oneof(fc.constantFrom('..', '.', '%2e%2e', 'team', 'other', 'data', 'secret', ''), fc.string({ maxLength: 6 }))
    const paths = fc.array(segment, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'))
    fc.assert(
      fc.property(paths, (path) => {
        if (problemOfPath(path) !== undefined) return
        for (const place of possiblePlaces(path, { clusterName: '', stripData: true })) {
          if (!isAllowed(defaultRules(''), { cluster: '', namespace: 'team' }, place)) continue
          // As a server would resolve it.
          expect(new URL(`http://vault/v1/${fullPath(place)}`).pathname).toBe(`/v1/${fullPath(place)}`)
          expect(place.rest.startsWith('team/')).toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
