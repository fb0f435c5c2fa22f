import type { Happening } from '../../model/snapshot.ts'
import { Card, Empty } from '../parts/card.tsx'
import { age } from '../parts/format.ts'
import { ObjectLink } from '../parts/object-link.tsx'

const RECENT = 60_000
const MOST = 24

export function Happenings({ happenings, now }: { readonly happenings: readonly Happening[]; readonly now: number }) {
  const recent = happenings.filter(({ at }) => now - at < RECENT).slice(0, MOST)
  return (
    <Card title="The last minute" note="what changed">
      {recent.length === 0 ? (
        <Empty>Nothing changed: everything is as it should be, and nothing is written.</Empty>
      ) : (
        <ol class="happenings">
          {recent.map(({ sequence, at, object, tone, text }) => (
            <li key={sequence} class={`tone-edge-${tone}`}>
              <span class="when">{age(now - at)}</span>
              <span class="what">
                <ObjectLink id={object} /> <span class="message">{text}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}
