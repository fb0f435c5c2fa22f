import type { Reason } from '../../model/object-page.ts'
import type { Health } from '../../model/snapshot.ts'
import { Card } from '../parts/card.tsx'

const TITLES: Readonly<Partial<Record<Health, string>>> = { ok: 'How it is', none: 'How it is', deleting: 'Why is it still there?' }

export function Why({ reasons, health }: { readonly reasons: readonly Reason[]; readonly health: Health }) {
  return (
    <Card title={TITLES[health] ?? 'Why is it not ready?'}>
      <ul class="why">
        {reasons.map(({ tone, text, hint }) => (
          <li key={text} class={`tone-edge-${tone}`}>
            <p>{text}</p>
            {hint !== undefined && (hint.startsWith('kubectl ') ? <code class="command">{hint}</code> : <p class="hint">{hint}</p>)}
          </li>
        ))}
      </ul>
    </Card>
  )
}
