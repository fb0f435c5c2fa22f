// Who owns which field: managedFields of every write, and server-side apply. Set algebra over field paths; knows no resources and no HTTP.
export { FieldSet } from './field-set.ts'
export type { ManagerId } from './managers.ts'
export { applyConfiguration, desiredFields, sameButTimes, statusFields, type Tracking, trackUpdate } from './tracking.ts'
