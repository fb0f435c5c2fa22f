// The storage: a revision log and what derives from it. Knows objects by resource and key only; no kinds, no HTTP, no rules of the API.
export { Entry } from './entry.ts'
export type { Change, HistoryBounds } from './revision-log.ts'
export { CompactedError, StaleEntryError, Store } from './store.ts'
