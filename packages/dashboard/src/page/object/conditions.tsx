import { conditionTone } from '../../model/condition-tone.ts'
import type { ConditionFacts } from '../../model/object-page.ts'
import { Card } from '../parts/card.tsx'
import { relative } from '../parts/format.ts'

export function Conditions({ conditions, now }: { readonly conditions: readonly ConditionFacts[]; readonly now: number }) {
  return (
    <Card title="Conditions">
      <ul class="conditions">
        {conditions.map(({ type, status, reason, message, since }) => (
          <li key={type}>
            <span class="condition-type">{type}</span>
            <span class={`condition-status tone-${conditionTone(type, status)}`}>{status}</span>
            <span class="aside">{since === undefined ? '' : relative(since, now)}</span>
            <span class="condition-why">
              {reason}
              {message !== '' && <span class="message"> {message}</span>}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
