import { conditionTone } from '../model/condition-tone.ts'
import type { TimelineEntry } from '../model/object-page.ts'
import type { Happening, Tone } from '../model/snapshot.ts'

/** A line for the list of what happens everywhere; nothing for what a person would only scroll past. */
export function happeningOf(object: string, entry: TimelineEntry): Happening | undefined {
  const told = toldOf(entry)
  return told === undefined ? undefined : { sequence: entry.sequence, at: entry.at, object, tone: told[0], text: told[1] }
}

function toldOf(entry: TimelineEntry): readonly [Tone, string] | undefined {
  switch (entry.what) {
    case 'appeared':
      return ['plain', 'created']
    case 'deleted':
      return ['plain', 'deleted']
    case 'changed':
      return ['plain', `changed ${[...new Set(entry.changes.map(({ path }) => path.split('.')[0] ?? ''))].join(', ')}`]
    case 'condition':
      return [conditionTone(entry.type, entry.to), `${entry.type} is ${entry.to}${entry.reason === '' ? '' : ` (${entry.reason})`}`]
    case 'event':
      return [entry.type === 'Warning' ? 'warn' : 'plain', `${entry.reason}: ${entry.note}`]
    case 'reconcile':
      return reconcileTold(entry)
  }
}

/** One that changed nothing and went well is what controllers do all day. */
function reconcileTold({
  ms,
  error,
  result,
  controller,
  writes,
}: TimelineEntry & { readonly what: 'reconcile' }): readonly [Tone, string] | undefined {
  if (ms === undefined) return undefined
  if (error !== undefined && result !== 'requeue') return ['bad', `${controller} failed: ${error.message}`]
  if (writes.length === 0) return undefined
  return ['plain', `${controller} wrote ${writes.length === 1 ? writes[0]!.target : `${writes.length} objects`}`]
}
