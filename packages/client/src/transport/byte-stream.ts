/** The body of an endless answer. */
export interface ByteStream {
  /** The next chunk; `undefined` at the clean end. @throws what broke the stream */
  read(): Promise<Buffer | undefined>
  /** Closes the socket. What waits in `read` gets the clean end. */
  close(): void
}

/** The side that the socket feeds. */
export interface ByteSource {
  pause(): void
  resume(): void
  abort(): void
}

/**
 * Read ahead this much and then let the socket wait. Not zero: every watch event is an HTTP chunk of its own, and to stop the parser after each
 * costs more than the event.
 */
const HIGH_WATER = 256 * 1024

/** Between the socket, which pushes, and a reader, which pulls. */
export class ByteQueue implements ByteStream {
  readonly #source: ByteSource
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #paused = false
  #end: { readonly error?: Error } | undefined
  #waiting: { resolve(chunk: Buffer | undefined): void; reject(error: Error): void } | undefined

  constructor(source: ByteSource) {
    this.#source = source
  }

  push(chunk: Buffer): void {
    if (this.#end !== undefined) return
    if (this.#waiting !== undefined) {
      const { resolve } = this.#waiting
      this.#waiting = undefined
      resolve(chunk)
      return
    }
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > HIGH_WATER && !this.#paused) {
      this.#paused = true
      this.#source.pause()
    }
  }

  /** The stream is over; chunks that came before are still read. */
  finish(error?: Error): void {
    if (this.#end !== undefined) return
    this.#end = error === undefined ? {} : { error }
    this.#settle()
  }

  /** Over at once, whatever has come before. */
  fail(error: Error): void {
    this.#chunks.length = 0
    this.finish(error)
    this.#source.abort()
  }

  read(): Promise<Buffer | undefined> {
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      this.#bytes -= chunk.length
      return Promise.resolve(chunk)
    }
    if (this.#end !== undefined) return this.#end.error ? Promise.reject(this.#end.error) : Promise.resolve(undefined)
    if (this.#waiting !== undefined) return Promise.reject(new Error('a stream has one reader: the last read has not returned yet'))
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      if (this.#paused) {
        this.#paused = false
        this.#source.resume()
      }
    })
  }

  close(): void {
    this.#chunks.length = 0
    this.finish()
    this.#source.abort()
  }

  #settle(): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (this.#end?.error) waiting?.reject(this.#end.error)
    else waiting?.resolve(undefined)
  }
}
