import type { Frames } from './frames.ts'
import type { Pulse } from './pulse.ts'

/** A reader that hears nothing for so long cannot tell a quiet program from a dead one. */
const HEARTBEAT = 10_000
/** After a lost connection the browser waits so long before it comes again. */
const RETRY = 1_000

export interface StreamOptions {
  readonly pulse: Pulse
  readonly frames: Frames
  /** Says of which run of the program an id is. */
  readonly epoch: string
  /** Where the reader was, in the words of the last event that it got. */
  readonly lastEventId: string | undefined
  readonly signal: AbortSignal
}

/** Server-sent events: a snapshot, unless the reader can go on where it was; then frames. */
export async function* streamOf({ pulse, frames, epoch, lastEventId, signal }: StreamOptions): AsyncGenerator<string, void, undefined> {
  const leave = pulse.join()
  try {
    let cursor = cursorOf(lastEventId, epoch)
    yield `retry: ${RETRY}\n\n`
    while (!signal.aborted) {
      const missed = cursor === undefined ? undefined : frames.after(cursor)
      if (missed === undefined) {
        cursor = frames.last
        yield eventText('snapshot', `${epoch}-${cursor}`, JSON.stringify(pulse.snapshot()))
        continue
      }
      for (const { sequence, text } of missed) {
        yield eventText('frame', `${epoch}-${sequence}`, text)
        cursor = sequence
      }
      if (missed.length > 0) continue
      await pulse.moved(HEARTBEAT, signal)
      if (!signal.aborted && frames.last === cursor) yield ': alive\n\n'
    }
  } finally {
    leave()
  }
}

function cursorOf(lastEventId: string | undefined, epoch: string): number | undefined {
  const [, of, sequence] = /^(.+)-(\d{1,15})$/.exec(lastEventId ?? '') ?? []
  return of === epoch ? Number(sequence) : undefined
}

// JSON has no line breaks of its own.
const eventText = (event: string, id: string, json: string) => `event: ${event}\nid: ${id}\ndata: ${json}\n\n`
