import type { Clock, Timer } from '@kubewright/core'
import type { ByteStream } from '../transport/byte-stream.ts'

/**
 * The same stream, broken after a silence of `ms` milliseconds: a peer that vanished sends no error, ever. Only the time counts in which
 * somebody waits for more, for a socket that waits for its reader is silent, too.
 */
export function impatient(stream: ByteStream, ms: number, clock: Clock): ByteStream {
  let timer: Timer | undefined
  let waiting: { readonly since: number; readonly giveUp: (error: Error) => void } | undefined
  // One timer for all reads, which looks when it fires how long the silence has been: to set one for every piece costs more than reading it.
  const look = () => {
    timer = undefined
    if (waiting === undefined) return
    const left = waiting.since + ms - clock.monotonic()
    if (left > 0) timer = clock.setTimer(left, look)
    else waiting.giveUp(Object.assign(new Error(`nothing more came for ${ms / 1000} s`), { code: 'ETIMEDOUT' }))
  }
  return {
    read() {
      return new Promise((resolve, reject) => {
        waiting = { since: clock.monotonic(), giveUp: reject }
        timer ??= clock.setTimer(ms, look)
        stream
          .read()
          .finally(() => {
            waiting = undefined
          })
          .then(resolve, reject)
      })
    },
    close() {
      timer?.cancel()
      timer = undefined
      waiting = undefined
      stream.close()
    },
  }
}
