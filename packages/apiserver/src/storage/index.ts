// The storage: a revision log and what derives from it; `durable/` makes it outlive the process. Knows objects by resource and key only; no kinds, no HTTP, no rules of the API.

export { DataDirectory, StorageError } from './durable/index.ts'
export { Entry } from './entry.ts'
export type { Change, HistoryBounds } from './revision-log.ts'
export { CompactedError, StaleEntryError, Store, type WriteAhead } from './store.ts'
