import type { IncomingMessage } from 'node:http'

/** A request cannot be answered; `status` is HTTP's. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * The body as JSON.
 * @throws RequestError 415 for another type or encoding, 413 for more than `most` bytes, 400 for what is no JSON
 */
export async function readJson(request: IncomingMessage, most: number): Promise<unknown> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity', 'content-length': announced } = request.headers
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new RequestError(415, 'the content type must be application/json')
  if (encoding !== 'identity') throw new RequestError(415, 'the body must not be compressed')
  const tooLarge = () => new RequestError(413, `the body is larger than ${most} bytes`)
  if (Number(announced) > most) throw tooLarge()
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > most) throw tooLarge()
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    // Not with the parser's words: they quote from the body.
    throw new RequestError(400, 'the body is no JSON')
  }
}
