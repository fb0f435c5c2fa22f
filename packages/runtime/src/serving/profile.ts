import type { Session } from 'node:inspector/promises'
import { type Clock, sleep } from '@kubewright/core'
import type { HttpAnswer } from './http-server.ts'

const LONGEST = 60

export type ProfileKind = 'cpu' | 'heap'

/** Takes profiles of the program while it works, one at a time: they cost a few per cent of its speed. */
export class Profiler {
  readonly #clock: Clock
  #busy = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** For Chrome's developer tools, speedscope and the like. `seconds`: from 1 to 60. @default 10 */
  async answer(kind: ProfileKind, seconds: string | null, signal: AbortSignal): Promise<HttpAnswer> {
    const duration = Number(seconds ?? 10)
    if (!(duration >= 1 && duration <= LONGEST)) return { status: 400, body: `seconds must be a number from 1 to ${LONGEST}\n` }
    if (this.#busy) return { status: 409, body: 'another profile is being taken: wait for its end\n' }
    this.#busy = true
    try {
      const profile = await taken(kind, () => sleep(duration * 1000, { clock: this.#clock, signal }))
      return {
        status: 200,
        body: JSON.stringify(profile),
        contentType: 'application/json',
        headers: { 'content-disposition': `attachment; filename="kubewright.${kind}profile"` },
      }
    } finally {
      this.#busy = false
    }
  }
}

async function taken(kind: ProfileKind, wait: () => Promise<void>): Promise<unknown> {
  const { Session } = await import('node:inspector/promises')
  const session = new Session()
  session.connect()
  try {
    return await TAKE[kind](session, wait)
  } finally {
    session.disconnect()
  }
}

const TAKE: Readonly<Record<ProfileKind, (session: Session, wait: () => Promise<void>) => Promise<unknown>>> = {
  async cpu(session, wait) {
    await session.post('Profiler.enable')
    await session.post('Profiler.start')
    await wait()
    return (await session.post('Profiler.stop')).profile
  },
  async heap(session, wait) {
    await session.post('HeapProfiler.startSampling')
    await wait()
    return (await session.post('HeapProfiler.stopSampling')).profile
  },
}
