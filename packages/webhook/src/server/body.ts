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
 * The bytes of all bodies that are held at one time: each has its own limit, and a thousand connections would be a thousand times that. What does not
 * fit is refused at once, which costs nothing; the API server then does what the failure policy says.
 */
export class BodyBudget {
  readonly #most: number
  #held = 0

  constructor(most: number) {
    this.#most = most
  }

  get held(): number {
    return this.#held
  }

  /** Bytes are returned when the answer is out: until then there is what was made of them. */
  open(): BodyAllowance {
    let mine = 0
    return {
      take: (bytes) => {
        if (this.#held + bytes > this.#most) return false
        this.#held += bytes
        mine += bytes
        return true
      },
      release: () => {
        this.#held -= mine
        mine = 0
      },
    }
  }
}

/** What one request has of the budget. */
export interface BodyAllowance {
  /** False: there is no room for so many more. */
  take(bytes: number): boolean
  release(): void
}

/**
 * The body as JSON.
 * @throws RequestError 415 for another type or encoding, 413 for more than `most` bytes, 429 when there is no room beside others, 400 for what is no
 * JSON; Error when the one who asks hangs up
 */
export async function readJson(request: IncomingMessage, most: number, allowance: BodyAllowance): Promise<unknown> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new RequestError(415, 'the content type must be application/json')
  if (encoding !== 'identity') throw new RequestError(415, 'the body must not be compressed')
  const body = await readBytes(request, most, allowance)
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    // Not with the parser's words: they quote from the body.
    throw new RequestError(400, 'the body is no JSON')
  }
}

/** By its events: an iterator costs a tenth of the whole answer. */
function readBytes(request: IncomingMessage, most: number, allowance: BodyAllowance): Promise<Buffer> {
  const announced = request.headers['content-length'] === undefined ? undefined : Number(request.headers['content-length'])
  const tooLarge = () => new RequestError(413, `the body is larger than ${most} bytes`)
  const noRoom = () => new RequestError(429, 'too many bytes of other requests are being worked on: try again')
  if (announced !== undefined && announced > most) return Promise.reject(tooLarge())
  if (announced !== undefined && !allowance.take(announced)) return Promise.reject(noRoom())
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const refuse = (error: Error) => {
      request.off('data', onData)
      request.pause()
      reject(error)
    }
    const onData = (chunk: Buffer) => {
      length += chunk.length
      if (length > most) refuse(tooLarge())
      else if (announced === undefined && !allowance.take(chunk.length)) refuse(noRoom())
      else chunks.push(chunk)
    }
    request.on('data', onData)
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    request.once('error', reject)
    request.once('close', () => reject(new Error('the one who asked has hung up')))
  })
}
