// Two leaders are harmless as long as one of them cannot write. A process whose event loop was blocked for half a minute, or that was stopped
// (SIGSTOP, a suspended machine) and goes on, still believes that it leads, and continues in the middle of a reconcile: its next write must
// not leave. No timer can see to that, for it fires when the loop gets round to it; so the lease is looked at where the write is sent.
//
// After a write is sent it is on the wire, and then in the server, for a while. Of the lease's 15 s (counted from when its last renewal was
// sent), with the default times:
//   until 10.5 s   a write may be sent;
//   until 12.5 s   what is under way may finish (isLeader() says yes); then its connection is closed;
//   from 15 s on   another replica may write.
// A write has two seconds to be answered, and when it is not, the server 2.5 s more to drop it. What takes longer than that nobody can hold
// back who does not own the store: there the resource version of an update or a delete is the last fence.
import { describeKind, type ResourceType } from '@kubewright/core'
import type { WriteAttempt, WriteGuard } from '../writes/write-guard.ts'
import { NotLeaderError } from './errors.ts'

export interface Leadership {
  /** How long from now a write may be sent, in ms, by the monotonic clock. 0: not any more, or not yet. */
  writableFor(): number
}

/** Refuses every write that could still be under way when another replica leads. `abandon` aborts those that are under way when the lease may be over. */
export function leadershipFence(leadership: Leadership, abandon: AbortSignal): WriteGuard {
  return {
    before(write) {
      if (leadership.writableFor() > 0) return
      throw new NotLeaderError(
        `${write.verb} ${targetOf(write)} was not sent: this replica does not lead, or its lease is too near its end; another replica may be at it`,
      )
    },
    signal: abandon,
  }
}

function targetOf({ type, name }: WriteAttempt): string {
  const kind = type.kind === '' ? type.plural || 'a path' : describeKind(type as ResourceType)
  if (name === undefined) return kind
  return `${kind} "${name.namespace ? `${name.namespace}/` : ''}${name.name}"`
}
