// For tests of kinds: objects made from their schemas, and what conversions lose.
export { arbitraryOf } from './arbitrary.ts'
export { type ConversionCheckOptions, checkConversions } from './conversions.ts'
export type { FastCheck } from './fast-check.ts'
export { type GeneratedKind, type SentObject, spoiltObjects, validObjects } from './objects.ts'
export { LIST_FOR_FORMATTED_TEXT, type Spoilt, spoiltOf } from './spoilt.ts'
