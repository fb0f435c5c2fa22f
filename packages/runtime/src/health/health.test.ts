import { describe, expect, test } from 'vitest'
import { Checks } from './checks.ts'
import { probeAnswer } from './probe-answer.ts'

const ask = (checks: Checks, rest = '', query = '') => probeAnswer('healthz', checks, rest, new URLSearchParams(query))

function twoChecks(): Checks {
  const checks = new Checks()
  checks.add('bad', () => {
    throw new Error('broken')
  })
  checks.add('good', async () => {})
  return checks
}

describe('a check', () => {
  test('with a name that cannot be part of a path, or that is taken, is refused', () => {
    const checks = new Checks()
    checks.add('a', () => {})
    expect(() => checks.add('a', () => {})).toThrow('is there already')
    expect(() => checks.add('a/b', () => {})).toThrow('the name becomes part of a path')
  })

  test('that fails fails the probe, and the others are run all the same', async () => {
    const body = '[-]bad failed: broken\n[+]good ok\nhealthz check failed\n'
    expect(await ask(twoChecks())).toEqual({ status: 500, body })
  })

  test.each([
    ['alone, by its path', 'good', '', { status: 200, body: 'ok' }],
    ['alone, in words', 'good', 'verbose', { status: 200, body: '[+]good ok\nhealthz check passed\n' }],
    ['left out', '', 'exclude=bad&verbose', { status: 200, body: '[+]good ok\nhealthz check passed\n' }],
    ['that is not there', 'none', '', { status: 404, body: 'there is no check "none"\n' }],
  ])('asked for %s', async (_, rest, query, expected) => {
    expect(await ask(twoChecks(), rest, query)).toEqual(expected)
  })
})
