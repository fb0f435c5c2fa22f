import type { DynamicObject, GroupVersionKind, KubeObject, ListMeta } from '@kubewright/core'
import { builtinColumns } from './builtin-columns.ts'
import { customColumns, type PrinterColumn } from './custom-columns.ts'

export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  /** Above 0: shown with `-o wide` only. */
  readonly priority: number
}

export interface TableRow {
  readonly cells: readonly unknown[]
  readonly object?: KubeObject
}

/** meta.k8s.io/v1 Table: what kubectl asks for to print. */
export interface Table {
  readonly kind: 'Table'
  readonly apiVersion: 'meta.k8s.io/v1'
  readonly metadata: ListMeta
  readonly columnDefinitions: readonly TableColumn[]
  readonly rows: readonly TableRow[]
}

export interface TableOptions {
  /** `additionalPrinterColumns` of a custom resource's version; empty: Name and Age. Missing: the kind is a built-in one. */
  readonly columns?: readonly PrinterColumn[]
  /** What each row carries as `object`. @default 'Metadata', as the server's `includeObject` parameter */
  readonly includeObject?: 'Metadata' | 'None' | 'Object'
  /** Milliseconds since the epoch that ages are counted to. */
  readonly now: number
  /** `metadata` of the list that the rows come from. @default empty */
  readonly metadata?: ListMeta
}

export function renderTable(kind: GroupVersionKind, objects: readonly KubeObject[], options: TableOptions): Table {
  const columns =
    options.columns === undefined
      ? builtinColumns(kind).map((each) => ({ ...each, priority: each.wide ? 1 : 0 }))
      : customColumns(options.columns)
  const includeObject = options.includeObject ?? 'Metadata'
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata ?? {},
    columnDefinitions: columns.map(({ name, type, format, description, priority }) => ({ name, type, format, description, priority })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object as DynamicObject, options.now)),
      ...(includeObject === 'None' ? {} : { object: includeObject === 'Object' ? object : partial(object) }),
    })),
  }
}

function partial(object: KubeObject): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
}
