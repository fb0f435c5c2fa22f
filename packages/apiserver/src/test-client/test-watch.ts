import type { IncomingMessage } from 'node:http'
import type { DynamicObject } from '@kubewright/core'

export interface TestEvent {
  readonly type: string
  readonly object: DynamicObject
}

export interface TestWatch {
  readonly code: number
  /** All that have come. */
  readonly events: readonly TestEvent[]
  /** Resolves when there are at least this many; `ADDED a`, `BOOKMARK`. */
  seen(count: number): Promise<readonly string[]>
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>
  /** Takes nothing more from the server. */
  pause(): void
  /** Goes away without a word. */
  leave(): void
}

export function openWatch(response: IncomingMessage): TestWatch {
  const events: TestEvent[] = []
  const waiting = new Set<() => void>()
  let rest = ''
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    events.push(...lines.map((line) => JSON.parse(line) as TestEvent))
    for (const check of waiting) check()
  })
  return {
    code: response.statusCode ?? 0,
    events,
    seen: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (events.length < count) return
          waiting.delete(check)
          resolve(events.map(shortly))
        }
        waiting.add(check)
        check()
      }),
    ended: new Promise((resolve) => {
      response.on('close', resolve)
      // Leaving is the test's own doing.
      response.on('error', () => resolve())
    }),
    pause: () => void response.pause(),
    leave: () => void response.destroy(),
  }
}

const shortly = ({ type, object }: TestEvent): string => (object.metadata.name ? `${type} ${object.metadata.name}` : type)
