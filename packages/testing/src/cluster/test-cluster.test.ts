import { ConfigurationError } from '@kubewright/core'
import { expect, test } from 'vitest'
import { serverKindOf } from './test-cluster.ts'

test('the embedded server unless the environment says otherwise', () => {
  expect([undefined, '', 'embedded', 'real'].map(serverKindOf)).toEqual(['embedded', 'embedded', 'embedded', 'real'])
})

test('a kind that does not exist is refused by name: a typing error must not test something else than was meant', () => {
  expect(() => serverKindOf('reel')).toThrow(new ConfigurationError('KUBEWRIGHT_TEST_SERVER is "reel": set it to "embedded" or "real"'))
})
