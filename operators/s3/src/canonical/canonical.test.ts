// What servers answer for what they were told, recorded from moto, ministack, SeaweedFS, MinIO and radosgw: all of it means the same.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of policies, and not of this text
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalCors, corsRules } from './cors.ts'
import { type Json, textOf } from './json.ts'
import { canonicalLifecycle, lifecycleRules } from './lifecycle.ts'
import { canonicalPolicy, isSamePolicy, PolicyError, parsePolicy } from './policy.ts'
import { locksEverybodyOut, wirePolicy } from './policy-spec.ts'
import {
  canonicalEncryption,
  canonicalLogging,
  canonicalObjectLock,
  canonicalOwnership,
  canonicalPublicAccess,
  canonicalVersioning,
} from './settings.ts'
import { canonicalTags, mergedTags, tagsOf } from './tags.ts'

const rule = (fields: object) => ({ id: 'r', status: 'Enabled' as const, expiration: { days: 1 }, ...fields })
const lifecycle = (fields: object) => canonicalLifecycle(lifecycleRules({ rules: [rule(fields)] }))
const wire = (fields: object) => [{ ID: 'r', Status: 'Enabled', Expiration: { Days: 1 }, ...fields }]

describe('lifecycle', () => {
  test.each<[string, object, object]>([
    ['all objects, as an older Prefix', {}, wire({ Prefix: '' })],
    ['all objects, as an empty Filter', {}, wire({ Filter: {} })],
    ['all objects, as a Filter with an empty Prefix', {}, wire({ Filter: { Prefix: '' } })],
    ['all objects, without a filter', {}, wire({})],
    ['a prefix, as radosgw rewrites it', { prefix: 'a/' }, wire({ Prefix: 'a/' })],
    ['And around one thing', { prefix: 'a/' }, wire({ Filter: { And: { Prefix: 'a/' } } })],
    [
      'a prefix and one tag, which radosgw takes out of And',
      { prefix: 'a', tags: { k: 'v' } },
      wire({ Filter: { Prefix: 'a', Tag: { Key: 'k', Value: 'v' } } }),
    ],
    [
      'a size of zero, which ministack adds',
      { prefix: 'a', tags: { k: 'v' } },
      wire({ Filter: { And: { Prefix: 'a', Tags: [{ Key: 'k', Value: 'v' }], ObjectSizeGreaterThan: 0 } } }),
    ],
    [
      'a date with a time of day',
      { expiration: { date: '2027-01-31' } },
      wire({ Expiration: { Date: new Date('2027-01-31T00:00:00Z') }, Filter: {} }),
    ],
    ['days win over a date', { expiration: { days: 1, date: '2027-01-31' } }, wire({})],
    ['false for no marker', {}, wire({ Expiration: { Days: 1, ExpiredObjectDeleteMarker: false } })],
  ])('%s', (_name, spec, answer) => expect(lifecycle(spec)).toEqual(canonicalLifecycle(answer)))

  test('4.6-12 a rule without a prefix is sent with a Filter, which S3 demands', () => {
    expect(lifecycleRules({ rules: [rule({})] })).toMatchObject([{ Filter: { Prefix: '' } }])
  })

  test('what a server drops is seen', () => {
    const kept = { noncurrentVersionExpiration: { noncurrentDays: 3, newerNoncurrentVersions: 2 } }
    expect(lifecycle(kept)).not.toEqual(canonicalLifecycle(wire({ NoncurrentVersionExpiration: { NoncurrentDays: 3 } })))
  })
})

describe('CORS', () => {
  const spec = {
    rules: [
      { allowedOrigins: ['https://b', 'https://a'], allowedMethods: ['PUT', 'GET'] as const, exposedHeaders: ['ETag'], maxAgeSeconds: 0 },
    ],
  }
  const sent = corsRules(spec as unknown as Parameters<typeof corsRules>[0])
  test('4.6-12 0-13 exposed headers go under the name that the API has', () => expect(sent).toMatchObject([{ ExposeHeaders: ['ETag'] }]))
  test('lists in another order, headers in another case and a maximum age of zero mean the same', () =>
    expect(canonicalCors(sent)).toEqual(
      canonicalCors([{ AllowedOrigins: ['https://a', 'https://b'], AllowedMethods: ['GET', 'PUT'], ExposeHeaders: ['etag'] }]),
    ))
  test('the order of rules does not', () => {
    const other = { AllowedOrigins: ['*'], AllowedMethods: ['GET'] }
    expect(canonicalCors([...sent, other])).not.toEqual(canonicalCors([other, ...sent]))
  })
})

describe('tags', () => {
  test('a tag without a value has an empty one', () => expect(tagsOf([{ Key: 'a' }, { Key: 'b', Value: '1' }])).toEqual({ a: '', b: '1' }))
  test("with Merge others' tags stay, with Exclusive only the provider's own", () => {
    const seen = { mine: 'old', theirs: 'x', 'aws:x': 'y' }
    expect(mergedTags({ mode: 'Merge', tags: { mine: 'new' } }, seen)).toEqual({ mine: 'new', theirs: 'x', 'aws:x': 'y' })
    expect(mergedTags({ mode: 'Exclusive', tags: { mine: 'new' } }, seen)).toEqual({ mine: 'new', 'aws:x': 'y' })
  })
  test("the provider's own are not compared", () => expect(canonicalTags({ 'aws:x': '1', a: 'b' })).toEqual({ a: 'b' }))
})

describe('settings', () => {
  const AES = { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }] }
  test.each<[string, Json, Json]>([
    ['versioning: MFADelete Disabled, which radosgw adds', canonicalVersioning({ Status: 'Enabled', MFADelete: 'Disabled' }), 'Enabled'],
    ['versioning: never enabled is not suspended', canonicalVersioning({}), 'Off'],
    [
      'encryption: what is new in the answer is passed over',
      canonicalEncryption({ Rules: [{ ...AES.Rules[0], BlockedEncryptionTypes: {} }] }),
      'AES256',
    ],
    ['encryption: not set', canonicalEncryption({}), 'Off'],
    [
      'encryption: a key by its ARN and by its id',
      canonicalEncryption({
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'arn:aws:kms:r:1:key/abc' } }],
      }),
      canonicalEncryption({
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'abc' }, BucketKeyEnabled: false }],
      }),
    ],
    [
      'public access: only what is true',
      canonicalPublicAccess({ BlockPublicAcls: true }),
      canonicalPublicAccess({ BlockPublicAcls: true, IgnorePublicAcls: false, BlockPublicPolicy: false, RestrictPublicBuckets: false }),
    ],
    ['public access: nothing is four times no', canonicalPublicAccess(undefined), canonicalPublicAccess({ BlockPublicAcls: false })],
    [
      'object lock: zero years',
      canonicalObjectLock({ ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1, Years: 0 } } }),
      { mode: 'GOVERNANCE', days: 1, years: undefined },
    ],
    ['logging: no prefix is an empty one', canonicalLogging({ LoggingEnabled: { TargetBucket: 'b' } }), { bucket: 'b', prefix: '' }],
    ['ownership: an empty answer', canonicalOwnership({}), 'Default'],
  ])('%s', (_name, answer, meaning) => expect(textOf(answer)).toBe(textOf(meaning)))
})

describe('policies', () => {
  const base = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::b/*'] }] }
  const with_ = (fields: object) => ({ Version: '2012-10-17', Statement: [{ ...base.Statement[0], ...fields }] })
  test.each<[string, unknown, unknown]>([
    ['a text for a list of one', base, with_({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' })],
    ['one statement without a list', base, { Version: '2012-10-17', Statement: base.Statement[0] }],
    ['actions in another case', base, with_({ Action: 'S3:getobject' })],
    ['an empty Sid and no Condition', base, with_({ Sid: '', Condition: {} })],
    ['everybody, in two spellings', with_({ Principal: '*' }), with_({ Principal: { AWS: '*' } })],
    [
      'an account and its root',
      with_({ Principal: { AWS: '123456789012' } }),
      with_({ Principal: { AWS: ['arn:aws:iam::123456789012:root'] } }),
    ],
    [
      'booleans and numbers in conditions',
      with_({ Condition: { Bool: { 'aws:SecureTransport': true } } }),
      with_({ Condition: { bool: { 'AWS:securetransport': ['true'] } } }),
    ],
    ['no version is the old one', { Statement: base.Statement }, { ...base, Version: '2008-10-17' }],
  ])('mean the same: %s', (_name, one, other) => expect(isSamePolicy(one, other)).toBe(true))

  test.each<[string, unknown]>([
    ['another resource by case', with_({ Resource: 'arn:aws:s3:::B/*' })],
    ['the same statement twice', { ...base, Statement: [base.Statement[0], base.Statement[0]] }],
    ['a condition', with_({ Condition: { Bool: { a: true } } })],
    ['none', undefined],
  ])('do not: %s', (_name, other) => expect(isSamePolicy(base, other)).toBe(false))

  test('are read as JSON and percent-encoded; a plus is a plus', () => {
    const text = JSON.stringify(with_({ Resource: 'arn:aws:s3:::b/a+b%20c' }))
    expect(parsePolicy(encodeURIComponent(text))).toEqual(JSON.parse(text))
    expect(parsePolicy(` ${text}`)).toEqual(JSON.parse(text))
    expect(() => parsePolicy('<html>')).toThrow(PolicyError)
    expect(() => canonicalPolicy({ Statement: { Effect: { toString: 0 } } })).toThrow('and is {"toString":0}')
  })

  test('conditions and principals may have the names that every object knows: they are nobody else’s', () => {
    const policy = (text: string) => canonicalPolicy(JSON.parse(`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*",${text}}]}`))
    const one = policy('"Principal":{"__proto__":["a"]},"Condition":{"__proto__":{"polluted":"x"},"constructor":{"name":"y"}}')
    expect(JSON.parse(JSON.stringify(one))).toEqual(
      JSON.parse(
        '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"],"Principal":{"__proto__":["a"]},"Condition":{"__proto__":{"polluted":["x"]},"constructor":{"name":["y"]}}}]}',
      ),
    )
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(Object.name).toBe('Object')
    const other = policy('"Principal":{"AWS":["a"]}')
    expect(JSON.stringify(one)).not.toBe(JSON.stringify(other))
  })

  test('2731 no statement is no policy, which is removed and not put', () => expect(canonicalPolicy({ Statement: [] })).toBeUndefined())

  test('placeholders are filled in, and variables of IAM go through untouched', () => {
    const spec = {
      version: '2012-10-17',
      statement: [
        {
          effect: 'Allow' as const,
          action: 's3:*',
          resource: ['${bucketArn}', '${bucketArn}/${aws:username}/*'],
          principal: '${userArn:app}',
        },
      ],
    }
    expect(wirePolicy(spec, (name) => (name === 'bucketArn' ? 'arn:aws:s3:::b' : undefined))).toEqual({
      is: 'waiting',
      for: ['userArn:app'],
    })
    expect(wirePolicy(spec, (name) => (name === 'bucketArn' ? 'arn:aws:s3:::b' : 'arn:aws:iam::1:user/app'))).toMatchObject({
      policy: {
        Statement: [{ Principal: { AWS: 'arn:aws:iam::1:user/app' }, Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/${aws:username}/*'] }],
      },
    })
  })

  test('4.6-26 actions are a text or a list, and nothing else', () => {
    const spec = (action: unknown) => ({ version: '2012-10-17', statement: [{ effect: 'Allow' as const, action }] })
    expect(wirePolicy(spec('s3:GetObject'))).toMatchObject({ is: 'ready' })
    expect(() => wirePolicy(spec(7))).toThrow('Action of a statement must be a text or a list of texts')
    expect(() => wirePolicy(spec(undefined))).toThrow('action or notAction')
  })

  test('4.3 one that denies everybody everything is noticed', () => {
    const deny = (fields: object) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*', ...fields }],
    })
    expect(locksEverybodyOut(deny({}))).toBe(true)
    expect(locksEverybodyOut(deny({ Condition: { Bool: { 'aws:SecureTransport': false } } }))).toBe(false)
    expect(locksEverybodyOut(deny({ Principal: { AWS: 'arn:aws:iam::1:user/x' } }))).toBe(false)
  })
})

// Any document at all, and what servers are seen to do with it.
const word = fc.constantFrom('s3:GetObject', 'S3:getobject', '*', 'arn:aws:s3:::b', '123456789012', 'arn:aws:iam::123456789012:root')
const words = fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 4 }))
const statement = fc.record(
  {
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: words,
    Resource: words,
    Sid: fc.constantFrom('', 'a', 'b'),
    Principal: fc.oneof(fc.constant('*'), fc.record({ AWS: words })),
    Condition: fc.dictionary(
      fc.constantFrom('Bool', 'StringLike'),
      fc.dictionary(fc.constantFrom('aws:x', 'AWS:X', 'y'), fc.oneof(fc.boolean(), fc.integer(), words)),
    ),
  },
  { requiredKeys: ['Effect', 'Action'] },
)
const policy = fc.record({ Version: fc.constant('2012-10-17'), Statement: fc.array(statement, { minLength: 1, maxLength: 4 }) })

/** As MinIO, SeaweedFS and radosgw rewrite: lists turned around and doubled, texts into lists, keys in another order. */
function rewritten(value: unknown, depth = 0): unknown {
  if (Array.isArray(value))
    return depth === 2
      ? value.toReversed().map((item) => rewritten(item, depth + 1))
      : [...value, ...value].toReversed().map((item) => rewritten(item, depth + 1))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([key, item]) => [key, key === 'Statement' ? rewritten(item, 2) : rewritten(item, depth + 3)]),
    )
  return value
}

describe('for every document', () => {
  test('a canonical policy is its own canonical form', () =>
    fc.assert(
      fc.property(policy, (given) => {
        const once = canonicalPolicy(given)!
        expect(textOf(canonicalPolicy(once)!)).toBe(textOf(once))
      }),
    ))

  test('it means the same after a server has turned it around', () =>
    fc.assert(
      fc.property(policy, (given) => {
        expect(isSamePolicy(given, rewritten(given))).toBe(true)
      }),
    ))

  const lifecycleRule = fc.record(
    {
      ID: fc.string({ minLength: 1, maxLength: 3 }),
      Status: fc.constantFrom('Enabled', 'Disabled'),
      Prefix: fc.constantFrom('', 'a'),
      Filter: fc.oneof(
        fc.constant({}),
        fc.record({ Prefix: fc.constantFrom('', 'a') }),
        fc.record({
          And: fc.record({
            Prefix: fc.constant('a'),
            Tags: fc.array(fc.record({ Key: fc.constantFrom('k', 'l'), Value: fc.string() }), { maxLength: 1 }),
          }),
        }),
      ),
      Expiration: fc.record({ Days: fc.nat(3), ExpiredObjectDeleteMarker: fc.boolean() }),
    },
    { requiredKeys: ['ID', 'Status'] },
  )
  test('lifecycle rules are a set', () =>
    fc.assert(
      fc.property(fc.array(lifecycleRule), (rules) => {
        expect(textOf(canonicalLifecycle(rules.toReversed()))).toBe(textOf(canonicalLifecycle(rules)))
      }),
    ))
})
