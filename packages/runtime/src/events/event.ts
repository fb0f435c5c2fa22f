import { formatMicroTime, type KubeObject } from '@kubewright/core'
import type { ObjectReference, RecordedEvent } from './correlator.ts'
import type { EventNote } from './recorder.ts'

export interface Reporter {
  /** The controller's name. */
  readonly component: string
  readonly instance: string
}

/** The server's limits. */
const LONGEST_WORD = 128
const LONGEST_NOTE = 1024
const LONGEST_NAME = 253

/** `unique`: makes the name one of its own, as hexadecimal nanoseconds do in client-go. `now`: wall-clock ms. */
export function eventOf(
  reporter: Reporter,
  regarding: KubeObject,
  note: EventNote,
  { now, unique }: { readonly now: number; readonly unique: bigint },
): RecordedEvent {
  const { reason, action = reason, type = 'Normal', related } = note
  const suffix = `.${unique.toString(16)}`
  const name = `${(regarding.metadata.name ?? 'unknown').slice(0, LONGEST_NAME - suffix.length)}${suffix}`
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name, namespace: regarding.metadata.namespace ?? 'default' },
    eventTime: formatMicroTime(now),
    reportingController: reporter.component,
    reportingInstance: reporter.instance.slice(0, LONGEST_WORD),
    action: action.slice(0, LONGEST_WORD),
    reason: reason.slice(0, LONGEST_WORD),
    regarding: referenceTo(regarding),
    ...(related === undefined ? {} : { related: referenceTo(related) }),
    note: cutBytes(note.note, LONGEST_NOTE),
    type,
  }
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata
  const all = { apiVersion, kind, namespace, name, uid, resourceVersion }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** The server counts bytes and not characters, and a character must not be cut in two. */
function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= most) return text
  return `${bytes
    .subarray(0, most - 3)
    .toString()
    .replace(/\uFFFD+$/, '')}…`
}
