import type { ViewSpan } from '../../model/view.ts'
import { relative } from '../parts/format.ts'
import { hashOfObject } from '../state/route.ts'

export interface SpanRow {
  readonly label: string
  readonly object?: string
  readonly spans: readonly ViewSpan[]
}

/** Times beside each other: from the earliest to the latest of all, with a line for now. */
export function Spans({ rows, now }: { readonly rows: readonly SpanRow[]; readonly now: number }) {
  const all = rows.flatMap(({ spans }) => spans)
  const from = Math.min(now, ...all.map((span) => span.from))
  const to = Math.max(now, ...all.map((span) => span.to))
  const share = (at: number) => (to === from ? 0 : (at - from) / (to - from))
  return (
    <div class="spans">
      <p class="spans-scale" aria-hidden="true">
        <span>{relative(from, now)}</span>
        <span>{relative(to, now)}</span>
      </p>
      <ul>
        {rows.map(({ label, object, spans }) => (
          <li key={object ?? label}>
            <span class="spans-label">{object === undefined ? label : <a href={hashOfObject(object)}>{label}</a>}</span>
            <span class="spans-track">
              {spans.map((span) => (
                <span
                  key={`${span.from}-${span.label}`}
                  class={`span fill-${span.tone}`}
                  style={{ left: `${share(span.from) * 100}%`, width: `${Math.max(0.4, (share(span.to) - share(span.from)) * 100)}%` }}
                  title={`${span.label}: ${relative(span.from, now)} to ${relative(span.to, now)}`}
                >
                  <span class="visually-hidden">
                    {span.label}, from {relative(span.from, now)} to {relative(span.to, now)}
                  </span>
                </span>
              ))}
              <span class="spans-now" style={{ left: `${share(now) * 100}%` }} aria-hidden="true" />
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
