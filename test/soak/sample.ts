import type { Tolerance } from './trend.ts'

/** What is measured of the operators' process, all at one moment. */
export interface Sample {
  /** Bytes of JavaScript objects and buffers that are left after full collections. */
  readonly heap: number
  /** Sockets, servers, watched files, child processes: what holds a file descriptor or keeps the process alive, without timers. */
  readonly handles: number
  readonly timers: number
  /** Listeners of the process's own events. */
  readonly listeners: number
  /** Lines of /metrics that hold a value. */
  readonly series: number
  /** Milliseconds by which the event loop came late since the sample before: 99 of 100 times it was less. */
  readonly delay: number
  /** Seconds since the watch that has been silent for the longest time heard of its server. */
  readonly silence: number
  /** Warnings of Node's since the start, such as one of too many listeners of an AbortSignal. */
  readonly warnings: readonly string[]
}

export interface Figure {
  readonly name: keyof Sample & ('heap' | 'handles' | 'timers' | 'listeners' | 'series' | 'delay')
  readonly unit: string
  /** How many of the sample's are one of the unit. */
  readonly scale: number
  /** In the unit. */
  readonly tolerance: Tolerance
}

/**
 * What may not grow, and from when on we call it growth. The tolerances are for the whole time that is looked at: a longer soak finds a smaller leak.
 */
export const FIGURES: readonly Figure[] = [
  // What is compiled late and thrown away again, and the events of the last six minutes, which are counted together, make some MB up and down. A leak of
  // 1 kB a change is as much after ten minutes.
  { name: 'heap', unit: 'kB', scale: 1_000, tolerance: { absolute: 4_000, share: 0.02 } },
  // Connections come and go with the load: a burst of requests opens a dozen more.
  { name: 'handles', unit: '', scale: 1, tolerance: { absolute: 12, share: 0.25 } },
  // Every object that waits for its time may have one.
  { name: 'timers', unit: '', scale: 1, tolerance: { absolute: 20, share: 0.25 } },
  { name: 'listeners', unit: '', scale: 1, tolerance: { absolute: 0, share: 0 } },
  // A status code that was not met before brings its series. One for each object that ever was would be hundreds.
  { name: 'series', unit: '', scale: 1, tolerance: { absolute: 30, share: 0.05 } },
  // The machine has other things to do, too: what is looked for is work that grows with time.
  { name: 'delay', unit: 'ms', scale: 1, tolerance: { absolute: 50, share: 0.5 } },
]
