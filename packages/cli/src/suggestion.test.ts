import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { closest, didYouMean } from './suggestion.ts'

const OPERATORS = ['application', 's3', 'gc', 'vault-sync', 'vault-unsealer']

describe('the name that was meant', () => {
  test.each([
    ['a letter too much', 'gcc', 'gc'],
    ['a letter that is missing', 'aplication', 'application'],
    ['a wrong letter', 'vault-sinc', 'vault-sync'],
    ['two letters that have changed places', 'vautl-sync', 'vault-sync'],
    ['another spelling', 'VaultUnsealer', 'vault-unsealer'],
    ['another word', 'nginx', undefined],
    ['nothing', '', undefined],
  ])('%s: %s', (_, wrong, meant) => expect(closest(wrong, OPERATORS)).toBe(meant))

  test('is the nearest of several', () => {
    expect(closest('targetResourc', ['targetResources', 'targetResource'])).toBe('targetResource')
  })

  test('is the name itself, whatever else there is', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), (names) => {
        expect(closest(names[0]!, names)).toBe(names[0])
      }),
    )
  })
})

test('is asked for, or nothing is said', () => {
  expect(didYouMean('gcc', OPERATORS)).toBe(' (did you mean "gc"?)')
  expect(didYouMean('nginx', OPERATORS)).toBe('')
})
