import type { RequestFacts } from '../../model/snapshot.ts'
import { Card, Empty } from '../parts/card.tsx'
import { number, rate } from '../parts/format.ts'

export function Requests({ requests }: { readonly requests: readonly RequestFacts[] }) {
  const most = Math.max(1, ...requests.map(({ count }) => count))
  return (
    <Card title="API calls" note="by verb, since the start">
      {requests.length === 0 ? (
        <Empty>None were counted.</Empty>
      ) : (
        <ul class="bars">
          {requests.map(({ verb, count, failed, perSecond }) => (
            <li key={verb}>
              <span class="bar-label">{verb}</span>
              <span class="bar" style={{ '--share': String(count / most) }} aria-hidden="true" />
              <span class="bar-value">
                {number(count)}
                <span class="aside"> {rate(perSecond)}/s</span>
                {failed > 0 && <span class="tone-warn"> {number(failed)} failed</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
