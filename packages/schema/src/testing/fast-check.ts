import type fc from 'fast-check'

/** The library of property tests, given by the test: this package does not bring it. */
export type FastCheck = typeof fc
export type { Arbitrary } from 'fast-check'
