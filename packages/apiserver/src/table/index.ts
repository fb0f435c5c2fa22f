// What `kubectl get` shows: the columns of built-in kinds as kube-apiserver's printers have them, and the printer columns of custom ones.
export type { PrinterColumn } from './custom-columns.ts'
export { renderTable, type Table, type TableOptions } from './table.ts'
