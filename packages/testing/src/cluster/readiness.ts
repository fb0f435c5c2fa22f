import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { messageOf, sleep } from '@kubewright/core'
import type { ServerProcess } from '../process/server-process.ts'

/** One GET, without a client's pools and retries. Resolves with the status and the body. @throws Error when no answer came within 2 s. */
export function probe(
  url: string,
  options: { readonly ca?: string; readonly token?: string; readonly method?: string; readonly body?: string } = {},
): Promise<{ status: number; body: string }> {
  const { ca, token, method = 'GET', body } = options
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? tlsRequest : plainRequest
    const request = send(
      url,
      {
        method,
        agent: false,
        signal: AbortSignal.timeout(2_000),
        ...(ca === undefined ? {} : { ca }),
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
      },
    )
    request.once('error', reject)
    request.end(body)
  })
}

/** kube-apiserver needs 3 s on an idle machine of two cores, and has been seen to need ten times that on a busy one. */
const START_TIMEOUT = 90_000

/** Asks until the answer is 200. @throws Error with the server's last words when it ends before that or takes too long. */
export async function untilReady(
  server: ServerProcess,
  ask: () => Promise<{ status: number; body: string }>,
  signal?: AbortSignal,
): Promise<void> {
  let ended: string | undefined
  void server.exited.then((how) => {
    ended = how
  })
  const deadline = performance.now() + START_TIMEOUT
  let last = 'no answer yet'
  for (;;) {
    signal?.throwIfAborted()
    if (ended !== undefined) throw new Error(`${ended} before it was ready. Its last words:\n${server.lastWords()}`)
    if (performance.now() > deadline)
      throw new Error(`${server.name} was not ready after ${START_TIMEOUT / 1000} s (${last}). Its last words:\n${server.lastWords()}`)
    try {
      const { status, body } = await ask()
      if (status === 200) return
      last = `it answered ${status}: ${body.slice(0, 200)}`
    } catch (error) {
      last = messageOf(error)
    }
    await sleep(25, { signal })
  }
}
