import { expect, test } from 'vitest'
import { changesSpec, onlyRestrains } from './change.ts'

const policy = (spec: object, metadata: object = {}) => ({ metadata, spec })
const dry = { behavior: { dryRun: true, batchSize: 50 } }
const wet = { behavior: { dryRun: false, batchSize: 50 } }

test.each<[string, object, object, boolean]>([
  ['pausing', { ttl: 1 }, { ttl: 1, paused: true }, true],
  ['staying paused', { paused: true }, { paused: true }, true],
  ['going on', { paused: true }, { paused: false }, false],
  ['a dry run', wet, dry, true],
  ['the end of a dry run', dry, wet, false],
  ['the end of a dry run by leaving it out', dry, { behavior: { batchSize: 50 } }, false],
  ['the end of a dry run by leaving out all behaviour', dry, {}, false],
  ['pausing, with another time', { ttl: 1 }, { ttl: 2, paused: true }, false],
  ['a dry run, at another rate', wet, { behavior: { dryRun: true, batchSize: 51 } }, false],
  ['pausing in place of a dry run', { ...dry, paused: false }, { ...wet, paused: true }, false],
])('can do no more than keep objects: %s: %s', (_, before, after, only) => {
  expect(onlyRestrains(policy(before), policy(after))).toBe(only)
})

test('metadata and the order of fields are no change of the spec', () => {
  expect(changesSpec(policy({ a: 1, b: 2 }), policy({ b: 2, a: 1 }, { labels: { x: 'y' } }))).toBe(false)
  expect(changesSpec(policy({ a: 1 }), policy({ a: 2 }))).toBe(true)
  expect(changesSpec({ metadata: {} }, policy({}))).toBe(false)
})
