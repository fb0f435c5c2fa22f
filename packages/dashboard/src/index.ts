// A live page about a manager: what each controller saw, decided and did, and why an object is not ready. This package knows no manager: it is given what
// to look at (`source.ts`), keeps a bounded memory of it, and answers requests. `page/` runs in the browser, and is built into `generated/`.
export { createDashboard, type Dashboard } from './dashboard.ts'
export { ACTIONS_TOKEN_HEADER } from './model/action-token.ts'
export type { Happening, ObjectRow, Overview, Snapshot, Tone } from './model/snapshot.ts'
export type { DashboardView, ViewBlock, ViewCell, ViewFigure, ViewRow, ViewSpan, ViewWorld } from './model/view.ts'
export type { DashboardAnswer, DashboardQuestion, DashboardStream } from './pages.ts'
export type { DashboardSource, SourceActions, SourceWatch, TakenAction } from './source.ts'
