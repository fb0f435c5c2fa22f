import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ANNOTATIONS, annotation } from './names.ts'
import { parseAnnotations } from './parse.ts'

const PATH = { path: 'secret/team/shop' }

function parse(annotations: Record<string, string>) {
  return parseAnnotations(Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`vault-sync.io/${key}`, value])))
}

function problems(annotations: Record<string, string>): readonly string[] {
  const parsed = parse({ ...PATH, ...annotations })
  return parsed.is === 'invalid' ? parsed.problems : []
}

function request(annotations: Record<string, string>) {
  const parsed = parse({ ...PATH, ...annotations })
  if (parsed.is !== 'valid') throw new Error(`not valid: ${JSON.stringify(parsed)}`)
  return parsed.request
}

describe('whether an object is managed', () => {
  test.each([[{}], [{ path: '' }], [{ 'secret-versions': '{}' }]])('%j: it is not, without a word', (annotations) => {
    expect(parse(annotations as Record<string, string>)).toEqual({ is: 'unmanaged', warnings: [] })
  })

  test('annotations of others are none of its business', () => {
    expect(parseAnnotations({ 'example.dev/path': 'x', 'vault-sync.iox/path': 'secret/a' })).toEqual({ is: 'unmanaged', warnings: [] })
  })

  test('without a path the others have no effect, which is said', () => {
    const parsed = parse({ secrets: '[{"name":"db"}]' })
    expect(parsed).toMatchObject({ is: 'unmanaged', warnings: [expect.stringMatching(/path is missing/)] })
  })
})

test('everything that is wrong is said at once', () => {
  const found = problems({
    path: 'secret/../x',
    secrets: '{',
    reconcile: 'soon',
    'deletion-policy': 'Burn',
    adress: 'x',
    'service-account': 'me',
  })
  expect(found).toHaveLength(6)
})

describe('names with a slip of the finger', () => {
  test.each([
    ['presrve-on-delete', 'preserve-on-delete'],
    ['secret', 'secrets'],
    ['rotation_check', 'rotation-check'],
    ['Path', 'path'],
    ['reconcille', 'reconcile'],
  ])('%s: did you mean %s?', (wrong, right) => {
    expect(problems({ [wrong]: 'x' })).toEqual([`vault-sync.io/${wrong}: there is no such annotation (did you mean "${right}"?)`])
  })

  test('a word that is like none of them is refused without a guess', () => {
    expect(problems({ colour: 'red' })).toEqual(['vault-sync.io/colour: there is no such annotation'])
  })
})

describe('vault-sync.io/secrets', () => {
  test('keys, prefix, rename and optional are read; an entry without keys takes all of them', () => {
    expect(
      request({ secrets: '[{"name":"db","keys":["user","user"],"prefix":"DB_","rename":{"user":"U"},"optional":true},{"name":"mail"}]' })
        .sources,
    ).toEqual([{ name: 'db', keys: ['user'], prefix: 'DB_', rename: { user: 'U' }, optional: true }, { name: 'mail' }])
  })

  test('empty is absent, as with the original', () => {
    expect(request({ secrets: '' }).sources).toBeUndefined()
  })

  test.each<[string, string, RegExp]>([
    ['no JSON', '[{"name": "db"', /is not JSON/],
    ['null', 'null', /must be a JSON list/],
    ['an object', '{"name":"db"}', /must be a JSON list/],
    ['an empty list', '[]', /the list is empty/],
    ['a null entry', '[null]', /\[0\]: must be an object with a "name", and is null/],
    ['no name', '[{"keys":["a"]}]', /\[0\]\.name: must be the name of a Secret, and is missing/],
    ['a name that is none', '[{"name":"../x"}]', /\[0\]\.name/],
    ['a number as a name', '[{"name":1}]', /\[0\]\.name: .*is a number/],
    ['keys that are a text', '[{"name":"db","keys":"user"}]', /\[0\]\.keys: must be a list/],
    ['empty keys', '[{"name":"db","keys":[]}]', /\[0\]\.keys: the list is empty/],
    ['null keys', '[{"name":"db","keys":null}]', /\[0\]\.keys: must be a list/],
    ['an unknown field', '[{"name":"db","kyes":["a"]}]', /unknown field "kyes" \(did you mean "keys"\?\)/],
    ['a rename of another key', '[{"name":"db","keys":["a"],"rename":{"b":"c"}}]', /rename: "b" is not among "keys"/],
    ['a rename to nothing', '[{"name":"db","rename":{"a":""}}]', /\[0\]\.rename/],
    ['a prefix that is no text', '[{"name":"db","prefix":1}]', /\[0\]\.prefix: must be a text/],
    ['optional as a text', '[{"name":"db","optional":"true"}]', /\[0\]\.optional: must be true or false/],
  ])('%s is refused', (_, secrets, message) => {
    expect(problems({ secrets })).toEqual([expect.stringMatching(message)])
  })

  test('2.6.17: what cannot be read is not repeated in the message', () => {
    expect(problems({ secrets: '[{"name": "db", hunter2-the-password' }).join()).not.toContain('hunter2')
  })
})

describe('vault-sync.io/templates', () => {
  test('are texts by key', () => {
    expect(request({ templates: '{"url":"{{ db/user }}@db"}' }).templates).toEqual({ url: '{{ db/user }}@db' })
  })

  test.each<[string, RegExp]>([
    ['[]', /must be a JSON object/],
    ['{}', /the object is empty/],
    ['{"a":1}', /"a": must be a text/],
    ['{"a":"{{ db/user"}', /has no "}}"/],
    ['{"a":"{{ process.exit() }}"}', /must be SECRET\/KEY/],
    ['{"a":"{{ db/user | bas64 }}"}', /no filter "bas64" \(did you mean "base64"\?\)/],
  ])('%s is refused', (templates, message) => {
    expect(problems({ templates })).toEqual([expect.stringMatching(message)])
  })
})

describe('times', () => {
  test.each<[Record<string, string>, number | 'off' | undefined]>([
    [{}, undefined],
    [{ reconcile: '' }, undefined],
    [{ reconcile: 'off' }, 'off'],
    [{ reconcile: '5m' }, 300_000],
    [{ reconcile: '1h30m' }, 5_400_000],
    [{ reconcile: '1s' }, 30_000],
    [{ reconcile: '0' }, 30_000],
    [{ reconcile: '-5m' }, 30_000],
  ])('%j', (annotations, interval) => {
    expect(request(annotations).reconcile).toBe(interval)
  })

  test.each(['soon', '5', '5 m', '1d', 'null'])('reconcile "%s" is refused', (reconcile) => {
    expect(problems({ reconcile })).toEqual([expect.stringMatching(/^vault-sync\.io\/reconcile: duration/)])
  })

  test('rotation-check: a duration is an interval of its own, "disabled" compares values, "enabled" is the default', () => {
    expect(request({ 'rotation-check': '2m' })).toMatchObject({ rotationCheck: 120_000, options: {} })
    expect(request({ 'rotation-check': 'disabled' })).toMatchObject({ rotationCheck: undefined, options: { verifyValues: true } })
    expect(request({ 'rotation-check': 'enabled' })).toMatchObject({ rotationCheck: undefined, options: {} })
    expect(problems({ 'rotation-check': 'always' })).toHaveLength(1)
  })
})

describe('choices', () => {
  test('the case of letters does not matter', () => {
    expect(request({ 'deletion-policy': 'deleteall', 'drift-policy': 'REPORT' }).options).toMatchObject({
      deletionPolicy: 'DeleteAll',
      driftPolicy: 'Report',
    })
  })

  test('preserve-on-delete is exactly "true", and goes before the deletion policy', () => {
    expect(request({ 'preserve-on-delete': 'true', 'deletion-policy': 'Destroy' }).options.deletionPolicy).toBe('Retain')
    const parsed = parse({ ...PATH, 'preserve-on-delete': 'yes' })
    expect(parsed).toMatchObject({ is: 'valid', warnings: [expect.stringMatching(/neither "true" nor "false"/)] })
  })

  test('a ServiceAccount without a role, and a role without one, are refused', () => {
    expect(problems({ 'service-account': 'app' })).toHaveLength(1)
    expect(problems({ 'vault-role': 'app' })).toHaveLength(1)
    expect(problems({ 'vault-role': 'app', 'service-account': 'app' })).toEqual([])
  })
})

test('whatever stands in the annotations, parsing ends with a verdict and never throws', () => {
  const name = fc.oneof(fc.constantFrom(...ANNOTATIONS), fc.string())
  fc.assert(
    fc.property(fc.dictionary(name, fc.oneof(fc.string(), fc.json())), (given) => {
      const annotations = Object.fromEntries(Object.entries(given).map(([key, value]) => [`vault-sync.io/${key}`, value]))
      expect(['unmanaged', 'invalid', 'valid']).toContain(parseAnnotations({ [annotation('path')]: 'secret/a', ...annotations }).is)
    }),
  )
})
