import { type DynamicObject, evaluateJsonPath, parseJsonPath } from '@kubewright/core'
import { humanAge } from './age.ts'
import { age, name } from './column.ts'

/** One of the `additionalPrinterColumns` of a custom resource's version. */
export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description?: string
  /** Above 0: shown with `-o wide` only. @default 0 */
  readonly priority?: number
  readonly jsonPath: string
}

export interface CustomColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
  cell(object: DynamicObject, now: number): unknown
}

/** Name, then the version's columns; Age where it has none. @throws JsonPathError when a path is malformed */
export function customColumns(columns: readonly PrinterColumn[]): readonly CustomColumn[] {
  const first = { ...name, priority: 0 }
  if (columns.length === 0) return [first, { ...age, type: 'date', priority: 0 }]
  return [first, ...columns.map(customColumn)]
}

function customColumn(column: PrinterColumn): CustomColumn {
  const path = parseJsonPath(column.jsonPath)
  return {
    name: column.name,
    type: column.type,
    format: column.format ?? '',
    description: column.description || `Custom resource definition column (in JSONPath format): ${column.jsonPath}`,
    priority: column.priority ?? 0,
    cell: (object, now) => cellValue(column.type, evaluateJsonPath(path, object)[0], now),
  }
}

/** A value that is not of its column's type is shown as nothing, as the server does. */
function cellValue(type: string, value: unknown, now: number): unknown {
  if (value === undefined || value === null) return null
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'string':
      return typeof value === 'object' ? JSON.stringify(value) : String(value)
    case 'date':
      if (typeof value !== 'string') return null
      return humanAge(value, now) === '<unknown>' ? '<invalid>' : humanAge(value, now)
    default:
      return null
  }
}
