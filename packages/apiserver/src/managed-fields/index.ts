// Who owns which field: managedFields of every write, and server-side apply. Set algebra over field paths; knows no resources and no HTTP.
export type { ManagerId } from './managers.ts'
export { mergeApplied } from './merge.ts'
export { applyConfiguration, desiredFields, sameButTimes, statusFields, trackUpdate } from './tracking.ts'
export { typeProblems } from './type-problems.ts'
