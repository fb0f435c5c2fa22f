import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { settle, type VirtualClock } from '../../virtual-clock.ts'

export interface LiveAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}

export interface LiveRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly ca: string
}

/** HTTP with nothing of a client's cleverness: paths go as they are, methods too. */
export function exchange({ url, method, headers, body, ca }: LiveRequest, signal: AbortSignal): Promise<LiveAnswer> {
  const { protocol, hostname, port } = new URL(url)
  const path = url.slice(url.indexOf('/', 'https://'.length))
  const send = protocol === 'https:' ? secureRequest : plainRequest
  const trust = protocol === 'https:' ? { ca } : {}
  return new Promise((resolve, reject) => {
    const call = send({ hostname, port, path, method, headers, agent: false, signal, ...trust }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: parsed(Buffer.concat(pieces)) }))
    })
    call.on('error', reject)
    call.end(body)
  })
}

function parsed(bytes: Buffer): unknown {
  const text = bytes.toString('utf8')
  try {
    return text === '' ? null : (JSON.parse(text) as unknown)
  } catch {
    return text
  }
}

export type Played =
  | { readonly is: 'answer'; readonly answer: LiveAnswer }
  | { readonly is: 'silence' }
  | { readonly is: 'failure'; readonly code: string }

/** Longer than any clock in a cluster; who is silent for it is silent for ever. */
const PATIENCE_MS = 30_000
const STEP_MS = 250

/** Sends a request and lets virtual time pass for as long as it is not answered. */
export async function play(request: LiveRequest, clock: VirtualClock, inBackground = false): Promise<Played> {
  const stop = new AbortController()
  let played: Played | undefined
  const exchanged = exchange(request, stop.signal).then(
    (answer) => {
      played = { is: 'answer', answer }
    },
    (error: NodeJS.ErrnoException) => {
      played = { is: 'failure', code: error.code ?? error.message }
    },
  )
  if (inBackground) {
    // Others let the time pass.
    await exchanged
    return played!
  }
  // Most answers come without any time passing: real I/O is given its turns before the clock moves.
  for (let turn = 0; turn < 40 && played === undefined; turn++) await Promise.race([exchanged, pause(2)])
  for (let waited = 0; waited < PATIENCE_MS && played === undefined; waited += STEP_MS) {
    await clock.advance(STEP_MS)
    await Promise.race([exchanged, pause(2)])
  }
  const outcome: Played = played ?? { is: 'silence' }
  stop.abort()
  await exchanged
  await settle()
  return outcome
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
