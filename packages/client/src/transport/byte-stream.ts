/** The body of an endless answer. */
export interface ByteStream {
  /** All that has come since the last time, or else the next that comes; `undefined` at the clean end. @throws what broke the stream */
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
  /** Wakes the reader that waits. */
  #wake: (() => void) | undefined

  constructor(source: ByteSource) {
    this.#source = source
  }

  push(chunk: Buffer): void {
    if (this.#end !== undefined) return
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#wake !== undefined) this.#settle()
    else if (this.#bytes > HIGH_WATER && !this.#paused) {
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
    this.#bytes = 0
    this.finish(error)
    this.#source.abort()
  }

  async read(): Promise<Buffer | undefined> {
    if (this.#wake !== undefined) throw new Error('a stream has one reader: the last read has not returned yet')
    while (this.#chunks.length === 0 && this.#end === undefined) await this.#something()
    if (this.#chunks.length > 0) return this.#take()
    if (this.#end?.error !== undefined) throw this.#end.error
    return undefined
  }

  #something(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
      if (this.#paused) {
        this.#paused = false
        this.#source.resume()
      }
    })
  }

  /**
   * A server writes an object at a time and an HTTP chunk for each, hundreds of which come with one packet. In one piece they are read for a
   * third of what it takes one by one; the reader wakes only after the packet, so they are all there.
   */
  #take(): Buffer {
    const chunk = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#bytes)
    this.#chunks.length = 0
    this.#bytes = 0
    return chunk
  }

  close(): void {
    this.#chunks.length = 0
    this.#bytes = 0
    this.finish()
    this.#source.abort()
  }

  #settle(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
