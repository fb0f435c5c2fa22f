import type { Overview } from '../model/snapshot.ts'
import { age } from './parts/format.ts'
import type { Connection } from './state/connection.ts'

/** What one must know before one believes anything else on the page. */
export function Banner({
  connection,
  overview,
  now,
}: {
  readonly connection: Connection
  readonly overview: Overview | undefined
  readonly now: number
}) {
  if (connection.is === 'lost')
    return (
      <p class="banner bad" role="alert">
        The program has not answered for {age(Date.now() - connection.since)}. What is shown is what it said last; the page goes on by
        itself when it is back.
      </p>
    )
  if (overview === undefined) return null
  if (overview.reachable === 'unreachable')
    return (
      <p class="banner bad" role="alert">
        The API server {overview.server} cannot be reached. The program waits for it.
      </p>
    )
  if (overview.life === 'stopping') return <p class="banner warn">The program is stopping.</p>
  if (!overview.leads && !overview.sharded)
    return (
      <p class="banner plain">
        This replica stands by{overview.leader === undefined ? '' : `: ${overview.leader} leads`}. Its watches are live; what is decided,
        the leader’s page shows.
      </p>
    )
  if (now - overview.now > 15_000) return <p class="banner warn">The program is busy: it last spoke {age(now - overview.now)} ago.</p>
  return null
}
