import type { Health } from '../../model/snapshot.ts'
import { HEALTH_WORDS } from '../state/filter.ts'

/** Shape and colour together: neither alone tells everybody. */
const SHAPES: Readonly<Record<Health, string>> = {
  ok: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2z',
  failing: 'M8 1.5 15 14H1z',
  progressing: 'M8 2a6 6 0 1 1-6 6h3a3 3 0 1 0 3-3z',
  deleting: 'M3.8 2.4 8 6.6l4.2-4.2 1.4 1.4L9.4 8l4.2 4.2-1.4 1.4L8 9.4l-4.2 4.2-1.4-1.4L6.6 8 2.4 3.8z',
  paused: 'M4 3h3v10H4zM9 3h3v10H9z',
  none: 'M8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6z',
}

export function HealthMark({ health, bare = false }: { readonly health: Health; readonly bare?: boolean }) {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by its label, or hidden where the word stands beside it
    <svg
      class={`mark health-${health}`}
      viewBox="0 0 16 16"
      width="12"
      height="12"
      {...(bare ? { 'aria-hidden': true } : { role: 'img', 'aria-label': HEALTH_WORDS[health] })}
    >
      <path d={SHAPES[health]} />
    </svg>
  )
}

/** The same with the word. */
export function HealthBadge({ health, reason }: { readonly health: Health; readonly reason: string }) {
  return (
    <span class={`badge health-${health}`}>
      <HealthMark health={health} bare />
      {reason === '' ? HEALTH_WORDS[health] : reason}
    </span>
  )
}
