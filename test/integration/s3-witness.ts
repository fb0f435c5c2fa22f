// Stands before a server of S3 and IAM and sees what is asked of it. Signatures stay good: requests go on as they came, with the name they came for.
import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { ServerUnderTest } from './s3-servers.ts'

export interface SeenCall {
  /** `PUT ?tagging` of S3, `CreateAccessKey` of IAM. */
  readonly name: string
  /** `undefined` for IAM, and for the list of all buckets. */
  readonly bucket: string | undefined
  readonly isWrite: boolean
  readonly status: number
}

export class StorageWitness implements AsyncDisposable {
  readonly server: ServerUnderTest
  readonly calls: SeenCall[]
  /** Every secret of a key that it has handed out. */
  readonly secrets: readonly string[]
  readonly #listeners: readonly Server[]

  private constructor(server: ServerUnderTest, { calls, secrets }: Seen, listeners: readonly Server[]) {
    this.server = server
    this.calls = calls
    this.secrets = secrets
    this.#listeners = listeners
  }

  static async before(server: ServerUnderTest): Promise<StorageWitness> {
    const seen: Seen = { calls: [], secrets: [server.secretKey] }
    const targets = [...new Set([server.endpoint, server.iamEndpoint])]
    const listeners = await Promise.all(targets.map((target) => listener(new URL(target), seen)))
    const addressOf = (target: string) => `http://127.0.0.1:${(listeners[targets.indexOf(target)]!.address() as AddressInfo).port}`
    return new StorageWitness(
      { ...server, endpoint: addressOf(server.endpoint), iamEndpoint: addressOf(server.iamEndpoint) },
      seen,
      listeners,
    )
  }

  get writes(): readonly string[] {
    return this.calls.filter(({ isWrite }) => isWrite).map(({ name, bucket }) => (bucket === undefined ? name : `${name} of ${bucket}`))
  }

  forget(): void {
    this.calls.length = 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#listeners) {
      each.closeAllConnections()
      await new Promise<void>((resolve) => each.close(() => resolve()))
    }
  }
}

interface Seen {
  readonly calls: SeenCall[]
  readonly secrets: string[]
}

async function listener(target: URL, seen: Seen): Promise<Server> {
  const server = createServer((request, response) => {
    pass(request, response, target, seen).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : new Error(String(error))),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

async function pass(request: IncomingMessage, response: ServerResponse, target: URL, { calls, secrets }: Seen): Promise<void> {
  const body = await buffer(request)
  const { method = 'GET', url = '/', rawHeaders } = request
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const onward = forward({ host: target.hostname, port: target.port, method, path: url, headers: rawHeaders, setHost: false }, resolve)
    onward.once('error', reject)
    onward.end(body)
  })
  const call = callOf(method, url, body, answer.statusCode ?? 0)
  calls.push(call)
  response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
  if (call.name !== 'CreateAccessKey') return pipeline(answer, response)
  const made = await buffer(answer)
  const [, secret] = /<SecretAccessKey>([^<]+)</.exec(made.toString()) ?? []
  if (secret !== undefined) secrets.push(secret)
  response.end(made)
}

function callOf(method: string, path: string, body: Buffer, status: number): SeenCall {
  const action = method === 'POST' ? new URLSearchParams(body.toString()).get('Action') : null
  if (action !== null) return { name: action, bucket: undefined, isWrite: !/^(Get|List)/.test(action), status }
  const { pathname, searchParams } = new URL(path, 'http://server')
  const bucket = pathname.split('/')[1]
  const [subresource = ''] = [...searchParams.keys()].filter((key) => key !== 'x-id')
  const name = subresource === '' ? method : `${method} ?${subresource}`
  return { name, bucket: bucket === '' ? undefined : bucket, isWrite: method !== 'GET' && method !== 'HEAD', status }
}
