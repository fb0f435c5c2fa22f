import { formatMicroTime, type KubeObject, objectKey } from '@kubewright/core'
import type { ObjectReference, RecordedEvent } from './correlator.ts'
import type { EventNote } from './recorder.ts'

export interface Reporter {
  /** The controller's name. */
  readonly component: string
  readonly instance: string
}

/** The server's limits, in bytes. */
const LONGEST_WORD = 128
const LONGEST_NOTE = 1024
const LONGEST_NAME = 253
const LONGEST_COMPONENT = 63

/** `unique`: makes the name one of its own, as hexadecimal nanoseconds do in client-go. `now`: wall-clock ms. */
export function eventOf(
  reporter: Reporter,
  regarding: KubeObject,
  note: EventNote,
  { now, unique }: { readonly now: number; readonly unique: bigint },
): RecordedEvent {
  const { reason, action = reason, type = 'Normal', related } = note
  if (reason === '') throw new Error(`the event about ${objectKey(regarding)} has no reason: give one in CamelCase`)
  const suffix = `.${unique.toString(16)}`
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      name: `${nameStem(regarding.metadata.name, LONGEST_NAME - suffix.length)}${suffix}`,
      namespace: regarding.metadata.namespace ?? 'default',
    },
    eventTime: formatMicroTime(now),
    reportingController: componentName(reporter.component),
    reportingInstance: cutBytes(reporter.instance, LONGEST_WORD, ''),
    action: cutBytes(action || reason, LONGEST_WORD, ''),
    reason: cutBytes(reason, LONGEST_WORD, ''),
    regarding: referenceTo(regarding),
    ...(related === undefined ? {} : { related: referenceTo(related) }),
    note: cutBytes(note.note, LONGEST_NOTE, '…'),
    type,
  }
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata
  const all = { apiVersion, kind, namespace, name, uid, resourceVersion }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** An Event is named after what it is about; that can be a name which Events may not have, such as `system:node` of a ClusterRole. */
function nameStem(name: string | undefined, longest: number): string {
  const allowed = (name ?? '').toLowerCase().replace(/[^a-z0-9.-]/g, '-')
  return trimmed(trimmed(allowed).slice(0, longest)) || 'unknown'
}

/** The server wants a qualified name, `website` or `example.dev/website`, and would refuse every event of a component that is called otherwise. */
function componentName(component: string): string {
  if (QUALIFIED_NAME.test(component) && component.length <= LONGEST_COMPONENT) return component
  return trimmed(component.replace(/[^A-Za-z0-9._-]/g, '-')).slice(0, LONGEST_COMPONENT) || 'unknown'
}

const QUALIFIED_NAME = /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/

function trimmed(text: string): string {
  return text.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
}

/** The server counts bytes and not characters, and a character must not be cut in two. */
function cutBytes(text: string, most: number, mark: '' | '…'): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= most) return text
  const kept = bytes.subarray(0, most - Buffer.byteLength(mark)).toString()
  return `${kept.replace(/\uFFFD+$/, '')}${mark}`
}
