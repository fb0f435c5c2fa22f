import type { ShownCell } from '../../model/shown-view.ts'
import { Scrolling } from '../parts/card.tsx'
import { relative } from '../parts/format.ts'
import { hashOfObject } from '../state/route.ts'

export interface TableRow {
  readonly object?: string
  readonly cells: readonly ShownCell[]
}

/** Longer tables are for the list of objects, which can be filtered. */
const MOST = 300

export function Table({
  title,
  columns,
  rows,
  now,
}: {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly TableRow[]
  readonly now: number
}) {
  return (
    <Scrolling label={`${title}, scrolls sideways`}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST).map(({ object, cells }, at) => (
            <tr key={object ?? at}>
              {cells.map((cell, column) => (
                <td key={columns[column]} class={cell.tone === undefined ? undefined : `tone-${cell.tone}`}>
                  {column === 0 && object !== undefined ? <a href={hashOfObject(object)}>{cell.text}</a> : <Cell cell={cell} now={now} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST && <p class="empty">{rows.length - MOST} more are in the list of objects.</p>}
    </Scrolling>
  )
}

function Cell({ cell: { text, time, progress }, now }: { readonly cell: ShownCell; readonly now: number }) {
  if (time !== undefined) return <span title={new Date(time).toISOString()}>{relative(time, now)}</span>
  if (progress === undefined) return <>{text}</>
  return (
    <span class="progress">
      <span class="progress-track" aria-hidden="true">
        <span style={{ '--share': String(Math.min(1, Math.max(0, progress))) }} />
      </span>
      {text}
    </span>
  )
}
