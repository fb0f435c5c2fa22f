import type { EntryError, EntryWrite, TimelineEntry } from '../../model/object-page.ts'
import { age, duration } from '../parts/format.ts'
import { hashOfObject } from '../state/route.ts'

const RESULTS: Readonly<Record<string, string>> = {
  running: 'is at it',
  success: 'is content',
  requeue: 'was outrun by another writer, and comes again',
  requeue_after: 'comes again',
  error: 'failed, and tries again',
  terminal: 'failed; trying again would not help',
  'given up': 'failed too often, and waits for a change',
  paused: 'keeps its hands off: paused',
  'not ours': 'let go: the object is another replica’s',
}

export function ReconcileLine({
  entry,
  durationText,
}: {
  readonly entry: TimelineEntry & { readonly what: 'reconcile' }
  readonly durationText: string | undefined
}) {
  const { controller, attempt, result, again, error, writes, id } = entry
  return (
    <>
      <p>
        <span class="lead">{controller}</span> {RESULTS[result] ?? result}
        {again !== undefined && ` in ${age(again)}`}
        <span class="aside" title={`reconcileID ${id}`}>
          {durationText !== undefined && ` after ${durationText}`}
          {attempt > 1 && `, attempt ${attempt}`}
        </span>
      </p>
      {writes.length > 0 && (
        <ul class="writes" aria-label="Writes">
          {writes.map((write, at) => (
            // The same write may be there twice.
            <Write key={at} write={write} />
          ))}
        </ul>
      )}
      {error !== undefined && <Failure error={error} />}
    </>
  )
}

function Write({ write: { verb, target, object, ms } }: { readonly write: EntryWrite }) {
  return (
    <li>
      <span class="verb">{verb}</span> {object === undefined ? target : <a href={hashOfObject(object)}>{target}</a>}{' '}
      <span class={ms === undefined ? 'tone-warn' : 'aside'}>{ms === undefined ? 'no answer' : duration(ms)}</span>
    </li>
  )
}

function Failure({ error: { name, message, stack, hint } }: { readonly error: EntryError }) {
  return (
    <div class="failure">
      <p>
        <span class="aside">{name}</span> {message}
      </p>
      {hint !== undefined && <p class="hint">{hint}</p>}
      {stack !== undefined && (
        <details>
          <summary>Where in the program</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre tabIndex={0}>{stack}</pre>
        </details>
      )}
    </div>
  )
}
