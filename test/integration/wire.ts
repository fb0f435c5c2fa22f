import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import type { ClusterConnection } from '@kubewright/client'

/** An answer as it is on the wire: what a client library makes of it is not the point where texts and codes are compared. */
export interface Reply {
  readonly code: number
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server says; the test says what it must be
  readonly body: any
  /** The texts of `Warning` headers. */
  readonly warnings: readonly string[]
}

export interface Wire extends Disposable {
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string | readonly string[]>>): Promise<Reply>
  /** The first lines of a watch. */
  watch(path: string, lines: number): Promise<readonly { readonly type: string; readonly object: Reply['body'] }[]>
}

/** Without a token nobody in particular asks. */
export function wire({
  server,
  caData,
  token,
}: { readonly [K in 'server' | 'caData' | 'token']?: ClusterConnection[K] | undefined }): Wire {
  const agent = new Agent({ keepAlive: true, ...(caData === undefined ? {} : { ca: caData }) })
  const open = async (method: string, path: string, body?: unknown, headers: object = {}): Promise<IncomingMessage> => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const asked = request(new URL(path, server), {
      method,
      agent,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${String(token)}` }),
        ...(text === undefined ? {} : { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }),
        ...headers,
      },
    })
    asked.end(text)
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    return answer
  }
  return {
    async send(method, path, body, headers) {
      const answer = await open(method, path, body, headers)
      const text = Buffer.concat(await answer.toArray()).toString()
      const warnings = [answer.headers['warning'] ?? []]
        .flat()
        .flatMap((header) => [...header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, said]) => said!))
      return { code: answer.statusCode ?? 0, body: jsonOrText(text), warnings }
    },
    async watch(path, lines) {
      const answer = await open('GET', path)
      const events: { readonly type: string; readonly object: Reply['body'] }[] = []
      let rest = ''
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        const parts = (rest + chunk.toString()).split('\n')
        rest = parts.pop() ?? ''
        events.push(...parts.filter(Boolean).map((line) => JSON.parse(line)))
        if (events.length >= lines) break
      }
      answer.destroy()
      return events
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
