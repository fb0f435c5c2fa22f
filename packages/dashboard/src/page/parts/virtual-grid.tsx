// biome-ignore-all lint/a11y/useSemanticElements: a <table> cannot leave out the rows that are not seen
// A table of any length: only the rows that can be seen are there. Moved through with j and k or the arrows, opened with Enter.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

const ROW = 30
/** Rows beyond the edges, so that scrolling does not show holes. */
const MARGIN = 12

export interface GridColumn<R> {
  readonly name: string
  /** CSS class of its cells. */
  readonly className: string
  readonly cell: (row: R) => ComponentChildren
  /** Called when its heading is chosen; `undefined`: the order does not go by it. */
  readonly sort?: (() => void) | undefined
  readonly sorted?: boolean
}

export interface GridProps<R> {
  readonly label: string
  readonly columns: readonly GridColumn<R>[]
  readonly rows: readonly R[]
  readonly keyOf: (row: R) => string
  readonly open: (row: R) => void
  readonly empty: string
}

export function VirtualGrid<R>({ label, columns, rows, keyOf, open, empty }: GridProps<R>) {
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(600)
  const [active, setActive] = useState(0)
  const at = Math.min(active, Math.max(rows.length - 1, 0))
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const measured = new ResizeObserver(() => setHeight(element.clientHeight))
    measured.observe(element)
    return () => measured.disconnect()
  }, [])
  const go = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to))
    setActive(next)
    const element = box.current
    if (element === null) return
    const [from, until] = [next * ROW, (next + 1) * ROW]
    const body = element.clientHeight - ROW
    if (from < element.scrollTop) element.scrollTop = from
    else if (until > element.scrollTop + body) element.scrollTop = until - body
  }
  const page = Math.max(1, Math.floor(height / ROW) - 2)
  const keys: Readonly<Record<string, () => void>> = {
    ...{ j: () => go(at + 1), ArrowDown: () => go(at + 1), k: () => go(at - 1), ArrowUp: () => go(at - 1) },
    ...{ PageDown: () => go(at + page), PageUp: () => go(at - page), Home: () => go(0), End: () => go(rows.length - 1) },
    Enter: () => {
      const row = rows[at]
      if (row !== undefined) open(row)
    },
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.ctrlKey || event.metaKey || event.altKey) return
    const act = keys[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  }
  const first = Math.max(0, Math.floor(top / ROW) - MARGIN)
  const shown = rows.slice(first, Math.ceil((top + height) / ROW) + MARGIN)
  return (
    <div
      ref={box}
      class="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-activedescendant={rows.length === 0 ? undefined : `row-${at}`}
      tabIndex={0}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" class="grid-head">
        <div role="row" aria-rowindex={1} class="grid-row" tabIndex={-1}>
          {columns.map(({ name, className, sort, sorted }) => (
            <div key={name} role="columnheader" class={className} aria-sort={sorted ? 'ascending' : undefined} tabIndex={-1}>
              {sort === undefined ? (
                name
              ) : (
                <button type="button" onClick={sort}>
                  {name}
                  {sorted && <span aria-hidden="true"> ↓</span>}
                </button>
              )}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" class="grid-body" style={{ height: `${rows.length * ROW}px` }}>
        {shown.map((row, offset) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys
          <div
            key={keyOf(row)}
            id={`row-${first + offset}`}
            role="row"
            tabIndex={-1}
            aria-rowindex={first + offset + 2}
            aria-selected={first + offset === at}
            class={first + offset === at ? 'grid-row active' : 'grid-row'}
            style={{ transform: `translateY(${(first + offset) * ROW}px)` }}
            onClick={() => open(row)}
          >
            {columns.map(({ name, className, cell }) => (
              <div key={name} role="gridcell" class={className} tabIndex={-1}>
                {cell(row)}
              </div>
            ))}
          </div>
        ))}
        {rows.length === 0 && (
          <div role="row" class="grid-row" tabIndex={-1}>
            <div role="gridcell" class="empty" tabIndex={-1}>
              {empty}
            </div>
          </div>
        )}
      </div>
    </div>
  )
}
