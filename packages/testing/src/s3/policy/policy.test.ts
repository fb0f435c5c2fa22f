import fc from 'fast-check'
import { expect, test } from 'vitest'
import { conditionsHold } from './conditions.ts'
import { parsePolicy } from './document.ts'
import { evaluate, isPublic } from './evaluation.ts'
import { matchesPattern } from './pattern.ts'

test('patterns match as the regular expression that they stand for', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?') })
  const asExpression = (pattern: string) => new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's')
  fc.assert(
    fc.property(
      letters,
      fc.string({ unit: fc.constantFrom('a', 'b') }),
      (pattern, text) => matchesPattern(pattern, text) === asExpression(pattern).test(text),
    ),
  )
})

test('a pattern of many stars takes no exponential time', () => {
  expect(matchesPattern(`${'*a'.repeat(40)}b`, 'a'.repeat(10_000))).toBe(false)
})

const policy = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of policies
const HOME = 'arn:aws:s3:::b/${aws:username}'
const question = {
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::b/k',
  context: new Map([['aws:username', ['alice']]]),
  names: { aws: ['arn:aws:iam::1:user/alice'] },
}
const get = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }

test.each([
  ['an action in other letters', [{ ...get, Action: 'S3:getobject' }], 'allow'],
  ['a wildcard', [{ ...get, Action: 's3:*', Resource: '*' }], 'allow'],
  ['another resource', [{ ...get, Resource: 'arn:aws:s3:::b' }], 'none'],
  ['a resource in other letters', [{ ...get, Resource: 'arn:aws:s3:::B/*' }], 'none'],
  ['a Deny beside it, in either order', [get, { ...get, Effect: 'Deny' }], 'deny'],
  ['a Deny before it', [{ ...get, Effect: 'Deny' }, get], 'deny'],
  ['NotAction that leaves it out', [{ Effect: 'Allow', NotAction: 's3:GetObject', Resource: '*' }], 'none'],
  ['NotAction of another', [{ Effect: 'Allow', NotAction: 's3:PutObject', Resource: '*' }], 'allow'],
  ['NotResource that leaves it out', [{ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::b/*' }], 'none'],
  ['a variable in the resource', [{ ...get, Resource: HOME }], 'none'],
])('of an identity: %s', (_, statements, verdict) => {
  expect(evaluate([parsePolicy(policy(...statements), 'identity')], question)).toBe(verdict)
})

test('variables are filled in, in the newer version only', () => {
  const home = { ...get, Resource: HOME }
  const asked = { ...question, resource: 'arn:aws:s3:::b/alice' }
  expect(evaluate([parsePolicy(policy(home), 'identity')], asked)).toBe('allow')
  expect(evaluate([parsePolicy(JSON.stringify({ Version: '2008-10-17', Statement: home }), 'identity')], asked)).toBe('none')
})

test.each([
  ['*', 'allow'],
  [{ AWS: '*' }, 'allow'],
  [{ AWS: ['arn:aws:iam::1:user/bob', 'arn:aws:iam::1:user/alice'] }, 'allow'],
  [{ AWS: 'arn:aws:iam::1:user/*' }, 'none'],
  [{ Service: 's3.amazonaws.com' }, 'none'],
])('of a resource: principal %j gives %s', (Principal, verdict) => {
  expect(evaluate([parsePolicy(policy({ ...get, Principal }), 'resource')], question)).toBe(verdict)
})

test.each([
  [{ StringEquals: { 'aws:UserAgent': 'x' } }, false],
  [{ StringEqualsIfExists: { 'aws:UserAgent': 'x' } }, true],
  [{ StringNotEquals: { 'aws:UserAgent': 'x' } }, true],
  [{ Null: { 'aws:UserAgent': 'true' } }, true],
  [{ Null: { 'AWS:SourceIp': 'true' } }, false],
  [{ IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '127.0.0.0/8'] } }, true],
  [{ NotIpAddress: { 'aws:SourceIp': '127.0.0.1' } }, false],
  [{ Bool: { 'aws:SecureTransport': false } }, true],
  [{ StringLike: { 's3:prefix': ['home/*', 'x'] } }, true],
  [{ StringNotLike: { 's3:prefix': ['home/*', 'x'] } }, false],
  [{ NumericLessThanEquals: { 's3:max-keys': 10 } }, true],
  [{ NumericGreaterThan: { 's3:max-keys': '10' } }, false],
  [{ DateLessThan: { 'aws:CurrentTime': '2026-01-02T00:00:00Z' } }, true],
  [{ 'ForAnyValue:StringEquals': { tags: ['b', 'c'] } }, true],
  [{ 'ForAllValues:StringEquals': { tags: ['b', 'c'] } }, false],
  [{ 'ForAllValues:StringEquals': { absent: 'x' } }, true],
  [{ StringEquals: { 's3:prefix': 'home/a' }, Bool: { 'aws:SecureTransport': 'true' } }, false],
])('condition %j: %s', (Condition, holds) => {
  const { statements } = parsePolicy(policy({ ...get, Condition }), 'identity')
  const context = new Map([
    ['aws:sourceip', ['127.0.0.1']],
    ['aws:securetransport', ['false']],
    ['aws:currenttime', ['2026-01-01T00:00:00Z']],
    ['s3:prefix', ['home/a']],
    ['s3:max-keys', ['10']],
    ['tags', ['a', 'b']],
  ])
  expect(conditionsHold(statements[0]!.conditions, context, '2012-10-17')).toBe(holds)
})

test.each([
  ['no JSON', 'identity', 'no', 'invalid Json'],
  ['a list', 'identity', '[]', 'valid JSON'],
  ['a misspelt field', 'identity', policy({ ...get, Resorce: '*' }), 'Unknown field Resorce'],
  ['an effect that is none', 'identity', policy({ ...get, Effect: 'allow' }), 'Invalid effect'],
  ['an action without a vendor', 'identity', policy({ ...get, Action: 'GetObject' }), 'vendor'],
  ['both Action and NotAction', 'identity', policy({ ...get, NotAction: 's3:*' }), 'both'],
  ['no resource', 'identity', policy({ Effect: 'Allow', Action: 's3:*' }), 'Resource'],
  ['a principal', 'identity', policy({ ...get, Principal: '*' }), 'principal'],
  ['no principal', 'resource', policy(get), 'Principal'],
  ['an operator that is none', 'identity', policy({ ...get, Condition: { StringSort: { a: 'b' } } }), 'Invalid Condition type'],
  ['a resource in a policy of trust', 'trust', policy({ ...get, Principal: '*' }), 'prohibited'],
  ['another version', 'identity', JSON.stringify({ Version: '2020-01-01', Statement: get }), 'version'],
] as const)('refuses %s', (_, kind, text, words) => {
  expect(() => parsePolicy(text, kind)).toThrow(words)
})

test.each([
  [{ Principal: '*' }, true],
  [{ Principal: { AWS: ['*'] } }, true],
  [{ Principal: { AWS: '123456789012' } }, false],
  [{ NotPrincipal: { AWS: '123456789012' } }, true],
  [{ Principal: '*', Effect: 'Deny' }, false],
  [{ Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, false],
  [{ Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }, true],
  [{ Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } }, true],
])('public: %j is %s', (statement, expected) => {
  expect(isPublic(parsePolicy(policy({ ...get, ...statement }), 'resource'))).toBe(expected)
})
