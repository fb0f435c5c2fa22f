import { expect, test } from 'vitest'
import { known, NO_FACTS } from '../facts/facts.ts'
import { ALWAYS } from '../time/spans.ts'
import { compileConditions } from './conditions.ts'

type Conditions = Parameters<typeof compileConditions>[0]

const object = {
  metadata: { name: 'x', labels: { app: 'web', empty: '' }, annotations: { note: 'hello', blank: '' } },
  spec: {
    replicas: 0,
    size: 5,
    ten: '10',
    storage: '1Gi',
    timeout: '1h',
    at: '2026-01-01T00:00:00Z',
    suspend: false,
    image: 'nginx',
    volumes: [{ name: 'a' }, { name: 'b' }],
    tags: ['red', 'blue'],
    nested: { deep: 1 },
    nothing: null,
  },
  status: { phase: 'Failed' },
}
const kind = { group: 'example.dev', version: 'v1', kind: 'Thing' }
const now = Date.parse('2026-01-10T00:00:00Z')
const context = { now, facts: NO_FACTS }
const and = (fieldPath: string, operator: string, more: { value?: unknown; values?: unknown[] } = {}) =>
  ({ and: [{ fieldPath, operator, ...more }] }) as Conditions

test.each<[string, Conditions, boolean]>([
  ['no conditions at all', undefined, true],
  ['phase is one of these', { phase: ['Succeeded', 'Failed'] }, true],
  ['phase is another', { phase: ['Running'] }, false],
  ['K7: label does not exist', { hasLabels: [{ key: 'none', operator: 'DoesNotExist' }] }, true],
  ['label exists after all', { hasLabels: [{ key: 'app', operator: 'DoesNotExist' }] }, false],
  ['label is one of several values', { hasLabels: [{ key: 'app', operator: 'In', values: ['db', 'web'] }] }, true],
  ['annotation is absent', { hasAnnotations: [{ key: 'none', operator: 'DoesNotExist' }] }, true],
  ['annotation is another', { hasAnnotations: [{ key: 'note', operator: 'NotEquals', value: 'bye' }] }, true],
  ['annotation matches', { hasAnnotations: [{ key: 'note', operator: 'Matches', value: '^h.l+o$' }] }, true],
  ['label exists', { hasLabels: [{ key: 'app', operator: 'Exists' }] }, true],
  ['label exists, though empty', { hasLabels: [{ key: 'empty', operator: 'Exists' }] }, true],
  ['label is absent', { hasLabels: [{ key: 'none', operator: 'Exists' }] }, false],
  ['a label named like a method of every object is absent, too', { hasLabels: [{ key: 'constructor', operator: 'Exists' }] }, false],
  ['label equals', { hasLabels: [{ key: 'app', operator: 'Equals', value: 'web' }] }, true],
  ['label equals another', { hasLabels: [{ key: 'app', operator: 'Equals', value: 'db' }] }, false],
  ['label in a list with commas', { hasLabels: [{ key: 'app', operator: 'In', value: 'db, web' }] }, true],
  ['label not in it', { hasLabels: [{ key: 'app', operator: 'NotIn', value: 'db,cache' }] }, true],
  ['label not in it, as it is absent', { hasLabels: [{ key: 'none', operator: 'NotIn', value: 'db' }] }, true],
  ['label not in it, but it is', { hasLabels: [{ key: 'app', operator: 'NotIn', value: 'db,web' }] }, false],
  ['annotation exists', { hasAnnotations: [{ key: 'note' }] }, true],
  ['annotation equals', { hasAnnotations: [{ key: 'note', value: 'hello' }] }, true],
  ['annotation equals the empty text', { hasAnnotations: [{ key: 'blank', value: '' }] }, true],
  ['annotation does not equal the empty text', { hasAnnotations: [{ key: 'note', value: '' }] }, false],
  // Z10: in zen-gc only strings could be compared, so that its own example `spec.replicas == 0` never matched.
  ['K7, Z10: a number equals its text', and('spec.replicas', 'Equals', { value: '0' }), true],
  ['a number equals a number', and('spec.replicas', 'Equals', { value: 0 }), true],
  ['Z10: a boolean equals its text', and('spec.suspend', 'Equals', { value: 'false' }), true],
  ['an item of a list equals', and('spec.tags', 'Equals', { value: 'blue' }), true],
  ['an item behind a star equals', and('spec.volumes[*].name', 'In', { values: ['z', 'b'] }), true],
  ['a text equals', and('spec.image', 'Equals', { value: 'nginx' }), true],
  ['a text does not equal', and('spec.image', 'NotEquals', { value: 'redis' }), true],
  ['no item of a list may equal', and('spec.tags', 'NotIn', { values: ['red'] }), false],
  ['an object equals nothing', and('spec.nested', 'Equals', { value: '[object Object]' }), false],
  // zen-gc's comments promised these two and did not have them.
  ['a field exists', and('spec.suspend', 'Exists'), true],
  ['a field that is null does not exist', and('spec.nothing', 'DoesNotExist'), true],
  ['a field does not exist', and('spec.none', 'DoesNotExist'), true],
  ['without the field nothing is compared: not equal', and('spec.none', 'NotEquals', { value: 'x' }), false],
  ['without the field nothing is compared: not in', and('spec.none', 'NotIn', { values: ['x'] }), false],
  ['a number is greater', and('spec.size', 'GreaterThan', { value: 4 }), true],
  ['a number is not greater than itself', and('spec.size', 'GreaterThan', { value: 5 }), false],
  ['a number is as great', and('spec.size', 'GreaterOrEqual', { value: '5' }), true],
  ['10 is more than 9, which as texts it is not', and('spec.ten', 'GreaterThan', { value: 9 }), true],
  ['a quantity is less', and('spec.storage', 'LessThan', { value: '1.5Gi' }), true],
  ['a quantity is at most', and('spec.storage', 'LessOrEqual', { value: '1024Mi' }), true],
  ['a duration is longer', and('spec.timeout', 'GreaterThan', { value: '59m' }), true],
  ['a time is later than another', and('spec.at', 'GreaterThan', { value: '2025-12-31T23:00:00-02:00' }), false],
  ['a time is before', and('spec.at', 'Before', { value: '2026-01-02T00:00:00Z' }), true],
  ['a time is after', and('spec.at', 'After', { value: '2026-01-02T00:00:00Z' }), false],
  ['a text matches', and('spec.image', 'Matches', { value: '^ng' }), true],
  ['no item may match', and('spec.tags', 'DoesNotMatch', { value: 'e$' }), false],
  ['without the field nothing is greater', and('spec.none', 'LessThan', { value: 4 }), false],
  ['without the field nothing is older', and('spec.none', 'OlderThan', { value: '1h' }), false],
  ['K7: one of several', { or: [{ phase: ['Running'] }, { hasLabels: [{ key: 'app', operator: 'Exists' }] }] }, true],
  ['none of several', { or: [{ phase: ['Running'] }, { phase: ['Pending'] }] }, false],
  ['none of these', { not: [{ phase: ['Running'] }, { phase: ['Pending'] }] }, true],
  ['none of these, but one', { not: [{ phase: ['Running'] }, { phase: ['Failed'] }] }, false],
  ['K7: not (this or not that)', { not: [{ or: [{ phase: ['Running'] }, { not: [{ phase: ['Failed'] }] }] }] }, true],
  ['an expression', { cel: ['object.spec.replicas == 0 && object.metadata.labels.app.startsWith("w")'] }, true],
  ['an expression that does not hold', { cel: ['size(object.spec.volumes) > 2'] }, false],
  ['all must hold', { phase: ['Failed'], hasLabels: [{ key: 'none', operator: 'Exists' }] }, false],
])('%s', (_, conditions, holds) => {
  expect(compileConditions(conditions, kind).holds(object, context)).toEqual({ is: 'known', spans: holds ? ALWAYS : [] })
})

test.each<[string, Conditions, string]>([
  ['Equals without a value', and('spec.x', 'Equals'), 'conditions.and[0]: operator Equals takes one "value"'],
  ['In without values', and('spec.x', 'In', { values: [] }), 'conditions.and[0]: operator In takes "values"'],
  ['Exists with a value', and('spec.x', 'Exists', { value: 'y' }), 'takes no value'],
  ['a label condition without a value', { hasLabels: [{ key: 'a', operator: 'Equals' }] }, 'conditions.hasLabels[0]: "value" is required'],
  ['a comparison with what has no order', and('spec.x', 'GreaterThan', { value: 'many' }), 'conditions.and[0]: "many" has no order'],
  ['an age that is none', and('spec.x', 'OlderThan', { value: 'old' }), 'conditions.and[0]: "old" is no duration'],
  ['a time without a zone', and('spec.x', 'Before', { value: '2026-01-01T00:00:00' }), 'with a zone'],
  ['a pattern that is none', and('spec.x', 'Matches', { value: '(' }), 'conditions.and[0]'],
  ['a pattern of another dialect', and('spec.x', 'Matches', { value: '(?=x)' }), 'conditions.and[0]'],
  // Z10: zen-gc took an operator that it did not know for one that never holds, and said nothing.
  ['Z10: an operator that nobody knows', and('spec.x', 'Like', { value: 'x' }), 'operator "Like" is not known'],
  [
    'a label operator that nobody knows',
    { hasLabels: [{ key: 'a', operator: 'Like' as 'In', value: 'x' }] },
    'operator "Like" is not known',
  ],
  ['an expression that is none', { cel: ['object.'] }, 'conditions.cel[0]'],
  ['an expression that gives no boolean', { cel: ['size(object.spec)'] }, 'must give bool'],
  ['an expression about what there is not', { cel: ['subject.spec == 1'] }, 'conditions.cel[0]'],
  [
    'what is deep inside',
    { or: [{ not: [{ and: [{ fieldPath: 'a', operator: 'In' }] }] }] },
    'conditions.or[0].not[0].and[0]: operator In',
  ],
  ['a state of another kind', { state: ['Evicted'] }, 'conditions.state: Evicted is a state of Pod'],
  ['a path that is none', and('spec[', 'Exists'), 'spec['],
])('%s is refused', (_, conditions, message) => {
  expect(() => compileConditions(conditions, kind)).toThrow(message)
})

test.each<[string, Conditions, boolean]>([
  ['labels and annotations', { hasLabels: [{ key: 'a', operator: 'Exists' }], hasAnnotations: [{ key: 'b' }] }, true],
  ['a path into metadata', and('metadata.annotations.x', 'Exists'), true],
  ['a path into the spec', and('spec.x', 'Exists'), false],
  ['a path that only begins like it', and('metadataX.y', 'Exists'), false],
  ['a path from anywhere', and('..name', 'Exists'), false],
  ['the phase', { phase: ['Failed'] }, false],
])('whether metadata is enough: %s', (_, conditions, enough) => {
  expect(compileConditions(conditions, kind).metadataOnly).toBe(enough)
})

const holds = (conditions: Conditions, of: object = object) => compileConditions(conditions, kind).holds(of as typeof object, context)
const time = Date.parse('2026-01-01T00:00:00Z')
const DAY = 86_400_000

test('an age is a time from which on, or until which, the condition holds', () => {
  const [from, until] = [
    { from: time + 999 + 7 * DAY, until: Number.POSITIVE_INFINITY },
    { from: Number.NEGATIVE_INFINITY, until: time + 999 + 7 * DAY },
  ]
  expect(holds(and('spec.at', 'OlderThan', { value: '7d' }))).toEqual({ is: 'known', spans: [from] })
  expect(holds(and('spec.at', 'YoungerThan', { value: '7d' }))).toEqual({ is: 'known', spans: [until] })
  expect(holds({ not: [and('spec.at', 'YoungerThan', { value: '7d' })!] })).toEqual({ is: 'known', spans: [from] })
})

test.each<[string, Conditions]>([
  ['a number that is none', and('spec.image', 'GreaterThan', { value: 1 })],
  ['a time that is none', and('spec.image', 'OlderThan', { value: '1h' })],
  ['the opposite of what cannot be compared', { not: [and('spec.image', 'LessThan', { value: 1 })!] }],
  ['a field that an expression does not find', { cel: ['object.spec.missing == 1'] }],
  ['types that do not fit in an expression', { cel: ['object.spec.replicas > "x"'] }],
  ['an expression that gives text', { cel: ['object.spec.image'] }],
])('S15: %s keeps the object, and says why', (_, conditions) => {
  expect(holds(conditions)).toEqual({ is: 'unknown', reason: expect.any(String) })
})

test('S15: an expression that costs too much is given up', () => {
  const items = Array.from({ length: 2_000 }, (_, n) => n)
  const expensive = { cel: ['object.spec.items.all(a, object.spec.items.all(b, a + b >= 0))'] }
  expect(holds(expensive, { metadata: {}, spec: { items } })).toEqual({ is: 'unknown', reason: expect.stringContaining('budget') })
})

test('S15: a pattern that would take JavaScript for ever takes a moment', () => {
  const long = `${'a'.repeat(10_000)}!`
  expect(holds(and('spec.text', 'Matches', { value: '^(a+)+$' }), { metadata: {}, spec: { text: long } })).toEqual({
    is: 'known',
    spans: [],
  })
})

test('what is unknown does not matter beside what does not hold, or beside what holds anyway', () => {
  const unknown = and('spec.image', 'GreaterThan', { value: 1 })!
  expect(holds({ ...unknown, phase: ['Running'] })).toEqual({ is: 'known', spans: [] })
  expect(holds({ or: [unknown, { phase: ['Failed'] }] })).toEqual({ is: 'known', spans: ALWAYS })
})

test('an expression about the time is asked again in a minute', () => {
  expect(holds({ cel: ['timestamp(object.spec.at) + duration("1h") < now'] })).toEqual({
    is: 'known',
    spans: ALWAYS,
    recheckAt: now + 60_000,
  })
  expect(holds({ cel: ['timestamp(object.spec.at) > now'] })).toEqual({ is: 'known', spans: [], recheckAt: now + 60_000 })
})

test('an error of an expression does not tell what stands in the object', () => {
  const answer = holds({ cel: ['duration(object.spec.image) > duration("1h")'] })
  expect(JSON.stringify(answer)).not.toContain('nginx')
})

test('S17: names of every object’s methods are names like others', () => {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
    expect(holds({ hasLabels: [{ key, operator: 'Exists' }] })).toEqual({ is: 'known', spans: [] })
  expect(holds(and('metadata.labels.constructor', 'Exists'))).toEqual({ is: 'known', spans: [] })
})

test('in use or not is asked about the object’s own kind', () => {
  const asked: string[] = []
  const facts = {
    ...NO_FACTS,
    use: ({ kind: name }: { kind: string }) => {
      asked.push(name)
      return known({ is: 'unused' as const, since: 0 })
    },
  }
  const compiled = compileConditions({ state: ['Unused'] }, { group: '', version: 'v1', kind: 'Secret' })
  expect([compiled.asksForUse, compiled.metadataOnly]).toEqual([true, true])
  expect(compiled.holds(object, { now, facts })).toEqual({ is: 'known', spans: ALWAYS })
  expect(compiled.holds(object, { now, facts: NO_FACTS })).toMatchObject({ is: 'unknown' })
  expect(asked).toEqual(['Secret'])
})
