import { createHook } from 'node:async_hooks'
import { setTimeout as pause } from 'node:timers/promises'

/** Knows what was open when it was made. */
export interface LeakCheck extends Disposable {
  /**
   * Wants that nothing is left of what came since the check was made: timers, sockets, servers, child processes, watched files, workers, listeners of
   * the process. What is being closed gets a moment. Ends the check. @throws Error naming what is left, and where it was made
   */
  nothingLeft(options?: { readonly within?: number }): Promise<void>
}

/** How long what was told to end may take, in ms: sockets close over a few turns of the event loop. */
const GRACE = 2_000

/**
 * What keeps a process alive or a file descriptor open; by the names of Node's async resources. TLS is not among them: its sockets ride on TCP's, and
 * Node tells of their end only when they are collected.
 */
const HELD: Readonly<Record<string, string>> = {
  Timeout: 'timer',
  TCPWRAP: 'socket',
  TCPSERVERWRAP: 'server',
  PROCESSWRAP: 'child process',
  UDPWRAP: 'UDP socket',
  SIGNALWRAP: 'signal handler',
  FSEVENTWRAP: 'watched file',
  STATWATCHER: 'polled file',
  WORKER: 'worker',
}

interface Holding {
  readonly what: string
  readonly where: string
  readonly resource: WeakRef<object>
}

/** Made before the thing under test starts, asked after it has stopped. Not for product code: it watches every async resource of the process. */
export function leakCheck(): LeakCheck {
  const held = new Map<number, Holding>()
  const listeners = countListeners()
  const hook = createHook({
    init(id, type, _, resource) {
      const what = HELD[type]
      if (what !== undefined) held.set(id, { what, where: whereFrom(new Error().stack ?? ''), resource: new WeakRef(resource) })
    },
    destroy: (id) => void held.delete(id),
  }).enable()

  const left = (): string[] => [
    ...[...held.values()].filter(matters).map(({ what, where }) => `a ${what} made ${where}`),
    ...[...countListeners()].flatMap(([event, count]) => {
      const more = count - (listeners.get(event) ?? 0)
      return more > 0 ? [`${more} more listeners of process "${event}"`] : []
    }),
  ]
  return {
    async nothingLeft({ within = GRACE } = {}) {
      const deadline = performance.now() + within
      try {
        for (let found = left(); found.length > 0; found = left()) {
          if (performance.now() > deadline) throw new Error(`left behind:\n${found.map((line) => `  ${line}`).join('\n')}`)
          await pause(10)
        }
      } finally {
        hook.disable()
      }
    },
    [Symbol.dispose]: () => void hook.disable(),
  }
}

/** What holds nothing (a timer or a socket that a library keeps unreferenced) and what the test runner does for itself is no leak. */
function matters({ where, resource }: Holding): boolean {
  const alive = resource.deref() as { hasRef?(): boolean } | undefined
  return alive !== undefined && alive.hasRef?.() !== false && !where.includes('/vitest/') && !where.includes('leak-check.ts')
}

/** The innermost line that is not Node's own. */
function whereFrom(stack: string): string {
  const lines = stack.split('\n').slice(2)
  return (lines.find((line) => !line.includes('node:')) ?? 'by Node itself').trim()
}

function countListeners(): ReadonlyMap<string, number> {
  return new Map(process.eventNames().map((event) => [String(event), process.listenerCount(event)]))
}
