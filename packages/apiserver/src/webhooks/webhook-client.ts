import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { isIP } from 'node:net'
import { posix } from 'node:path'
import { type Clock, messageOf } from '@kubewright/core'
import { isFields } from '../registry/fields.ts'
import type { Store } from '../storage/index.ts'
import { describeFailure, WebhookCallError } from './call-error.ts'
import { type ClientConfig, HTTPS_PORT } from './client-config.ts'
import { type Address, serviceAddress } from './service-address.ts'

export interface WebhookCall {
  readonly config: ClientConfig
  readonly body: object
  readonly timeoutSeconds: number
  readonly signal: AbortSignal
}

interface Destination extends Address {
  /** As the error texts name it, without the query. */
  readonly url: string
  readonly path: string
  /** What the certificate must be for. */
  readonly serverName: string
  readonly hostHeader: string
}

/** A webhook that sends more than this means something else: no object is larger than 3 MiB. */
const LARGEST_ANSWER = 64 * 1024 * 1024

/** Calls webhooks over connections that are kept: a TLS handshake a request would cost more than the rest of it. */
export class WebhookClient {
  private readonly store: Store
  private readonly clock: Clock
  /** By CA bundle: connections that were verified by one must not be used for another. */
  private readonly agents = new Map<string, Agent>()

  constructor(store: Store, clock: Clock) {
    this.store = store
    this.clock = clock
  }

  /** The JSON object that the webhook answers. @throws WebhookCallError */
  async call(call: WebhookCall): Promise<Readonly<Record<string, unknown>>> {
    const { text, code } = await this.exchange(call)
    if (code < 200 || code > 299) throw new WebhookCallError(refusedText(code, text))
    let answer: unknown
    try {
      answer = JSON.parse(text)
    } catch (error) {
      throw new WebhookCallError(`couldn't get version/kind; json parse error: ${messageOf(error)}`, { cause: error })
    }
    if (!isFields(answer)) throw new WebhookCallError("couldn't get version/kind; the answer is no JSON object")
    return answer
  }

  /** Ends the connections, and the calls under way. */
  close(): void {
    for (const agent of this.agents.values()) agent.destroy()
    this.agents.clear()
  }

  private async exchange(call: WebhookCall): Promise<{ readonly code: number; readonly text: string }> {
    const { config, timeoutSeconds, signal, body } = call
    const query = `?timeout=${timeoutSeconds}s`
    const failed = (url: string, why: string, cause?: unknown) =>
      new WebhookCallError(`Post ${JSON.stringify(`${url}${query}`)}: ${why}`, cause === undefined ? {} : { cause })
    const destination = this.destination(config, failed)
    const late = new AbortController()
    const deadline = this.clock.setTimer(timeoutSeconds * 1000, () => late.abort())
    try {
      const bytes = Buffer.from(JSON.stringify(body))
      const asked = request({
        host: destination.host,
        port: destination.port,
        path: `${destination.path}${query}`,
        method: 'POST',
        agent: this.agentFor(config.caBundle),
        ...(isIP(destination.serverName) ? {} : { servername: destination.serverName }),
        headers: {
          host: destination.hostHeader,
          'content-type': 'application/json',
          accept: 'application/json, */*',
          'user-agent': 'kube-apiserver-admission',
          'content-length': bytes.length,
        },
        signal: AbortSignal.any([signal, late.signal]),
      })
      asked.end(bytes)
      const [answer] = (await once(asked, 'response')) as [IncomingMessage]
      return { code: answer.statusCode ?? 0, text: await textOf(answer) }
    } catch (error) {
      if (error instanceof WebhookCallError) throw error
      const why = late.signal.aborted
        ? 'context deadline exceeded'
        : signal.aborted
          ? 'context canceled'
          : describeFailure(error as Error, `${destination.host}:${destination.port}`)
      throw failed(destination.url, why, error)
    } finally {
      deadline.cancel()
    }
  }

  private destination({ url, service }: ClientConfig, failed: (url: string, why: string) => WebhookCallError): Destination {
    if (service !== undefined && service !== null) {
      const { namespace, name, path = '', port = HTTPS_PORT } = service
      const serverName = `${name}.${namespace}.svc`
      const shown = `https://${serverName}:${port}${path || '/'}`
      try {
        return { ...serviceAddress(this.store, service), url: shown, path: path || '/', serverName, hostHeader: `${serverName}:${port}` }
      } catch (error) {
        throw error instanceof WebhookCallError ? failed(shown, error.message) : error
      }
    }
    const { origin, hostname, port, pathname, host } = new URL(url ?? '')
    const path = posix.normalize(pathname)
    const bare = hostname.replace(/^\[|\]$/g, '')
    return {
      host: bare,
      port: port === '' ? HTTPS_PORT : Number(port),
      url: `${origin}${path}`,
      path,
      serverName: bare,
      hostHeader: host,
    }
  }

  private agentFor(caBundle = ''): Agent {
    let agent = this.agents.get(caBundle)
    if (agent === undefined) {
      const ca = Buffer.from(caBundle, 'base64').toString().trim()
      // Go trusts what stands in the bundle, be it no authority: the serving certificate itself will do.
      agent = new Agent({ keepAlive: true, ...(ca === '' ? {} : { ca, allowPartialTrustChain: true }) })
      this.agents.set(caBundle, agent)
    }
    return agent
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST_ANSWER) throw new WebhookCallError(`the answer is larger than ${LARGEST_ANSWER} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** A Status tells itself what was wrong; of other answers the real server's client makes these. */
function refusedText(code: number, text: string): string {
  const message = statusMessage(text)
  if (message !== undefined) return message
  const shown = JSON.stringify(text.slice(0, 2048).trim() || 'unknown')
  if (code === 404) return 'the server could not find the requested resource'
  if (code === 405) return 'the server does not allow this method on the requested resource'
  if (code === 401) return 'the server has asked for the client to provide credentials'
  if (code === 503) return 'the server is currently unable to handle the request'
  if (code === 504) return 'the server was unable to return a response in the time allotted, but may still be processing the request'
  return code >= 500
    ? `an error on the server (${shown}) has prevented the request from succeeding`
    : `the server rejected our request for an unknown reason`
}

function statusMessage(text: string): string | undefined {
  try {
    const status: unknown = JSON.parse(text)
    return isFields(status) && status['kind'] === 'Status' && typeof status['message'] === 'string' ? status['message'] : undefined
  } catch {
    // Most error pages are no JSON.
    return undefined
  }
}
