import { expect, test } from 'vitest'
import { z } from 'zod'
import { listMap } from '../fields/lists.ts'
import { cel, immutable } from '../fields/rules.ts'
import { structuralOf } from './conversion.ts'
import { checkRules } from './rule-checks.ts'

const check = (schema: z.ZodType) => checkRules(structuralOf(schema, 'spec'), 'spec')

test.each<[string, z.ZodType, string, string]>([
  ['a rule that is empty', z.object({ a: cel(z.string(), ' ') }), 'spec.a', 'is empty'],
  ['a message on two lines', z.object({ a: cel(z.string(), 'self != ""', { message: 'a\nb' }) }), 'spec.a', 'line break'],
  ['a rule on two lines without a message', z.object({ a: cel(z.string(), 'self\n!= ""') }), 'spec.a', 'needs a message'],
  ['oldSelf in a list without keys', z.object({ l: z.array(immutable(z.string())) }), 'spec.l[]', 'listMap'],
  [
    'optionalOldSelf without oldSelf',
    z.object({ a: cel(z.string(), 'self != ""', { optionalOldSelf: true }) }),
    'spec.a',
    'optionalOldSelf',
  ],
  ['a fieldPath without a dot', cel(z.object({ a: z.string() }), 'self.a != ""', { fieldPath: 'a' }), 'spec', 'start with a dot'],
  ['a fieldPath to nowhere', cel(z.object({ a: z.string() }), 'self.a != ""', { fieldPath: '.b' }), 'spec', 'leads to no field'],
  [
    'a rule of wrong types',
    z.object({ a: cel(z.string(), 'self > 3') }),
    'spec.a',
    "found no matching overload for '_>_' applied to '(string, int)'",
  ],
  ['a rule about a field that is not there', cel(z.object({ a: z.string() }), 'self.b != ""'), 'spec', "undefined field 'b'"],
  ['a rule that is no expression', z.object({ a: cel(z.string(), 'self ==') }), 'spec.a', 'Syntax error'],
  ['a rule that gives no verdict', z.object({ a: cel(z.string(), 'self') }), 'spec.a', 'must give bool'],
  ['a message that is no text', z.object({ a: cel(z.int(), 'self > 3', { messageExpression: 'self' }) }), 'spec.a', 'must give string'],
  [
    'a rule that costs too much',
    cel(z.object({ l: z.array(z.string()) }), 'self.l.all(x, self.l.all(y, x == y))'),
    'spec',
    'estimated rule cost exceeds budget by factor of more than 100x',
  ],
  [
    'a rule that costs too much as often as it may come',
    z.object({ l: z.array(z.object({ m: z.array(cel(z.string(), 'self.contains("abc")')).max(10_000) })).max(10_000) }),
    'spec.l[].m[]',
    'estimated rule cost exceeds budget',
  ],
])('%s is refused, as the API server would', (_, schema, path, problem) => {
  expect(() => check(schema)).toThrow(expect.objectContaining({ path, message: expect.stringContaining(problem) as string }))
})

test.each<[string, z.ZodType, readonly RegExp[]]>([
  ['oldSelf in a list with keys', z.object({ l: listMap(z.object({ k: z.string(), v: immutable(z.string()) }), ['k'], { max: 4 }) }), []],
  ['oldSelf among the values of a map', z.object({ m: z.record(z.string(), immutable(z.string())).meta({ maxProperties: 3 }) }), []],
  [
    'a rule in a list without a bound',
    z.object({ l: z.array(cel(z.string(), 'self != ""')) }),
    [/^spec\.l\[\]: .* spec\.l, which has no bound/],
  ],
  [
    'a rule in a map without a bound',
    z.object({ m: z.record(z.string(), cel(z.string(), 'self != ""')) }),
    [/^spec\.m\{\}: .* spec\.m, which/],
  ],
  ['a rule that goes through a bounded list', cel(z.object({ l: z.array(z.string()).max(3) }), 'self.l.all(x, x != "")'), []],
])('%s: what is said of it', (_, schema, advice) => {
  expect(check(schema)).toEqual(advice.map((pattern) => expect.stringMatching(pattern) as string))
})
