import type { Frame, Snapshot } from '../../model/snapshot.ts'

export type Connection = { readonly is: 'connecting' } | { readonly is: 'live' } | { readonly is: 'lost'; readonly since: number }

export interface ConnectionEvents {
  snapshot(snapshot: Snapshot): void
  frame(frame: Frame): void
  changed(connection: Connection): void
}

/** A program that is gone for longer than the browser's own patience is asked again so often. */
const AGAIN = 2_000

/** Follows the server's stream for as long as the page is open. The browser resumes by itself; only when it gives up is a new stream begun. */
export function connect(events: ConnectionEvents): void {
  const source = new EventSource('/api/stream')
  let lostAt: number | undefined
  const heard = () => {
    lostAt = undefined
    events.changed({ is: 'live' })
  }
  source.addEventListener('snapshot', ({ data }) => {
    events.snapshot(JSON.parse(data as string) as Snapshot)
    heard()
  })
  source.addEventListener('frame', ({ data }) => {
    events.frame(JSON.parse(data as string) as Frame)
    if (lostAt !== undefined) heard()
  })
  source.addEventListener('open', () => {
    if (lostAt !== undefined) heard()
  })
  source.addEventListener('error', () => {
    lostAt ??= Date.now()
    events.changed({ is: 'lost', since: lostAt })
    if (source.readyState !== EventSource.CLOSED) return
    setTimeout(() => connect(events), AGAIN)
  })
}
