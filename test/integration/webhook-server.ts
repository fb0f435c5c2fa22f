import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Authority } from '@kubewright/core/certificates'

// biome-ignore lint/suspicious/noExplicitAny: reviews of every kind, looked at by the tests
type Review = any

/** What a webhook answers: the `response` of the review without its uid, or something that is no review at all. */
export type Answer = { readonly response: object } | { readonly status: number; readonly text: string } | 'silence'

export interface WebhookServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** For `caBundle`. */
  readonly caBundle: string
  /** The reviews that came, oldest first, with the path they came to. */
  readonly calls: { readonly path: string; readonly review: Review }[]
  /** Answers what comes to a path from now on. @default everything is allowed */
  answer(path: string, how: (review: Review) => Answer): void
}

/** A webhook of the test's own on a loopback port, with a certificate for it. */
export async function startWebhookServer(names: readonly string[] = []): Promise<WebhookServer> {
  const authority = new Authority(Date.now())
  const answers = new Map<string, (review: Review) => Answer>()
  const calls: { readonly path: string; readonly review: Review }[] = []
  const server = createServer(authority.server(['127.0.0.1', ...names]), async (incoming, outgoing) => {
    const review: Review = JSON.parse(Buffer.concat(await incoming.toArray()).toString())
    const path = new URL(incoming.url ?? '/', 'https://webhook').pathname
    calls.push({ path, review })
    const answer = answers.get(path)?.(review) ?? { response: { allowed: true } }
    if (answer === 'silence') return
    if ('status' in answer) {
      outgoing.writeHead(answer.status)
      outgoing.end(answer.text)
      return
    }
    const { kind, apiVersion } = review
    outgoing.writeHead(200, { 'content-type': 'application/json' })
    outgoing.end(JSON.stringify({ kind, apiVersion, response: { uid: review.request.uid, ...answer.response } }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    caBundle: Buffer.from(authority.cert).toString('base64'),
    calls,
    answer: (path, how) => void answers.set(path, how),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const jsonPatch = (operations: readonly object[]): object => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
})
