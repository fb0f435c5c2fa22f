// What makes the storage outlive its process: a journal to which every write goes first, snapshots that keep it short, one directory for both.
export { DataDirectory } from './data-directory.ts'
export { StorageError } from './journal.ts'
