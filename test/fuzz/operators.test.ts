// What authors of objects write where an operator reads it: read or refused in words, whatever it is. One object that cannot be read must not stop
// the work on the others.
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { Expiry } from '../../operators/gc/src/expiry/expiry.ts'
import { fallsDue } from '../../operators/gc/src/expiry/lifetime.ts'
import { NO_FACTS } from '../../operators/gc/src/facts/facts.ts'
import { referencesIn } from '../../operators/gc/src/facts/references.ts'
import { parseFieldPath } from '../../operators/gc/src/fields/field-path.ts'
import { parseMomentPath } from '../../operators/gc/src/fields/moment.ts'
import { canonicalPolicy, PolicyError } from '../../operators/s3/src/canonical/policy.ts'
import { ANNOTATIONS, annotation } from '../../operators/vault-sync/src/annotations/names.ts'
import { parseAnnotations } from '../../operators/vault-sync/src/annotations/parse.ts'
import { hostile, runs } from './hostile-json.ts'

afterEach(() => expect(Object.keys(Object.prototype)).toEqual([]))

const created = '2026-01-01T00:00:00Z'
const context = { now: Date.parse(created), facts: NO_FACTS }

/** With metadata as a server lets it pass; all else is the author's. */
const OBJECT = {
  spec: { ttl: '1h', tier: 'gold', volumes: [{ secretRef: { name: 'a' }, ephemeral: {}, name: 'v' }], until: created },
  status: { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: created }], completionTime: created },
  data: { key: 'value' },
}
const metadata = { name: 'x', namespace: 'team', creationTimestamp: created }

const kind = { group: 'example.dev', version: 'v1', kind: 'Thing' }
const field = { mode: 'field', path: parseFieldPath('spec.ttl'), mappings: undefined, otherwise: undefined } as const
const OUTCOMES: readonly Expiry['is'][] = ['at', 'never', 'unset', 'blocked']

test.each([
  ['a field', field],
  ['a field with mappings', { ...field, path: parseFieldPath('spec.tier'), mappings: new Map([['gold', 1]]) }],
  ['a moment', { mode: 'relative', path: parseMomentPath('status.completionTime', kind), milliseconds: 1 }],
  [
    'a moment of a condition',
    { mode: 'relative', path: parseMomentPath('status.conditions[?(@.type=="Complete")].lastTransitionTime', kind), milliseconds: 1 },
  ],
] as const)('gc says when an object is due, or why not: by %s', (_, mode) => {
  const lifetime = { mode, own: undefined, longest: undefined, quota: undefined }
  fc.assert(
    fc.property(hostile(OBJECT), (given) => {
      const object = { ...(given as object), metadata }
      const { is, reason, at } = fallsDue(lifetime, object, context) as Expiry & { readonly at?: number }
      expect(OUTCOMES).toContain(is)
      expect(reason).not.toBe('')
      // A time that is none would be due at once, or never.
      if (is === 'at') expect(Number.isFinite(at)).toBe(true)
    }),
    runs(),
  )
})

test('gc finds what an object refers to, whatever stands where names are', () => {
  fc.assert(
    fc.property(hostile(OBJECT), fc.constantFrom('Pod', 'Thing'), (given, kindOf) => {
      expect(referencesIn({ ...(given as object), kind: kindOf, metadata }).every((key) => typeof key === 'string')).toBe(true)
    }),
    runs(),
  )
})

const POLICY = {
  Version: '2012-10-17',
  Id: 'p',
  Statement: [
    {
      Sid: 's',
      Effect: 'Allow',
      Principal: { AWS: ['arn:aws:iam::123456789012:root', '*'] },
      Action: ['s3:GetObject'],
      Resource: 'arn:aws:s3:::b/*',
      Condition: { StringEquals: { 'aws:PrincipalTag/team': ['a'] }, Bool: { 'aws:SecureTransport': true } },
    },
  ],
}

test('a policy of S3 has one form, which is its own form, or is none', () => {
  fc.assert(
    fc.property(hostile(POLICY), (policy) => {
      try {
        const canonical = canonicalPolicy(policy)
        if (canonical !== undefined)
          expect(canonicalPolicy(JSON.parse(JSON.stringify(canonical)))).toEqual(JSON.parse(JSON.stringify(canonical)))
      } catch (error) {
        if (!(error instanceof PolicyError)) throw error
      }
    }),
    runs(),
  )
})

test('annotations of vault-sync are read, or everything that is wrong is said', () => {
  const SOURCES = [{ name: 'db', keys: ['password'], prefix: 'x' }]
  const value = fc.oneof(
    hostile(SOURCES).map((each) => JSON.stringify(each)),
    fc.constantFrom('secret/team/shop', 'true', '5m', '{}', '__proto__', 'a/../b', '*'.repeat(5_000)),
  )
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...ANNOTATIONS).map(annotation), value), (annotations) => {
      const parsed = parseAnnotations(annotations)
      if (parsed.is === 'invalid') expect(parsed.problems.length).toBeGreaterThan(0)
    }),
    runs(),
  )
})
