import type { ViewBlock } from '../../model/view.ts'
import { number } from '../parts/format.ts'

type Buckets = Extract<ViewBlock, { readonly is: 'histogram' }>['buckets']

export function Histogram({ buckets }: { readonly buckets: Buckets }) {
  const most = Math.max(1, ...buckets.map(({ count }) => count))
  return (
    <ol class="histogram">
      {buckets.map(({ label, count, tone = 'plain' }) => (
        <li key={label}>
          <span class="histogram-count">{count === 0 ? '' : number(count)}</span>
          <span
            class={`histogram-bar fill-${count === 0 ? 'none' : tone}`}
            style={{ '--share': String(count / most) }}
            aria-hidden="true"
          />
          <span class="histogram-label">{label}</span>
          {count === 0 && <span class="visually-hidden">none</span>}
        </li>
      ))}
    </ol>
  )
}
