import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestCluster } from '@kubewright/testing'
import type { Earlier, Exchange } from './exchange.ts'

/** What a server said, before anything of it is taken away. */
export interface Answer {
  readonly code: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: unknown
}

/** One of the two servers. */
export interface Side extends Disposable {
  send(exchange: Exchange, earlier: Earlier): Promise<Answer>
}

/** Of the headers, those that clients act on. */
const HEADERS = ['content-type', 'warning', 'allow', 'retry-after', 'location'] as const

/** A request that is answered by nothing at all: what a test that hangs would not tell. */
const PATIENCE = 30_000

/** After this time a watch has said what it had to say: both servers answer what is there at once. */
const SILENCE = 1_500

export function sideOf({ connection }: TestCluster): Side {
  const agent = new Agent({ keepAlive: true, ca: connection.caData ?? '' })
  const open = async ({ method, path, body, headers = {} }: Exchange, earlier: Earlier): Promise<IncomingMessage> => {
    const told: unknown = typeof body === 'function' ? body(earlier) : body
    const text = told === undefined || typeof told === 'string' ? told : JSON.stringify(told)
    const asked = request(new URL(typeof path === 'function' ? path(earlier) : path, connection.server), {
      method,
      agent,
      signal: AbortSignal.timeout(PATIENCE),
      headers: {
        authorization: `Bearer ${String(connection.token)}`,
        'user-agent': 'differential/1.0',
        accept: 'application/json',
        ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
        ...headers,
      },
    })
    asked.end(text)
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    return answer
  }
  const send = async (exchange: Exchange, earlier: Earlier): Promise<Answer> => {
    const answer = await open(exchange, earlier)
    const code = answer.statusCode ?? 0
    const headers = Object.fromEntries(
      HEADERS.flatMap((name) => (answer.headers[name] === undefined ? [] : [[name, answer.headers[name]]])),
    )
    if (exchange.lines !== undefined && code === 200) return { code, headers, body: await firstLines(answer, exchange.lines) }
    return { code, headers, body: jsonOrText(Buffer.concat(await answer.toArray()).toString()) }
  }
  return {
    async send(exchange, earlier) {
      for (const end = performance.now() + PATIENCE; ; await sleep(50)) {
        const answer = await send(exchange, earlier)
        if (exchange.until === undefined || exchange.until(answer.body) || performance.now() > end) return answer
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

async function firstLines(answer: IncomingMessage, wanted: number): Promise<readonly unknown[]> {
  const lines: unknown[] = []
  let rest = ''
  const silence = setTimeout(() => answer.destroy(), SILENCE)
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      const parts = (rest + chunk.toString()).split('\n')
      rest = parts.pop() ?? ''
      lines.push(...parts.filter(Boolean).map(jsonOrText))
      if (lines.length >= wanted) break
    }
  } catch (error) {
    // Ended by the silence: what was said until then is the answer.
    if (!answer.destroyed) throw error
  } finally {
    clearTimeout(silence)
    answer.destroy()
  }
  return lines
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
