/** Objects are at most 1.5 MiB in etcd; three encodings of one (an aggregated server's, a conversion's) still fit well. */
export const LARGEST_FRAME = 64 * 1024 * 1024

const NEWLINE = 0x0a

/** Cuts a stream of bytes at its newlines. Works on bytes because a chunk may end inside a character. */
export class FrameSplitter {
  readonly #largest: number
  /** The pieces of the frame that has not ended yet; joined once, when it does. */
  #pieces: Buffer[] = []
  #length = 0

  constructor(largest: number = LARGEST_FRAME) {
    this.#largest = largest
  }

  /**
   * The frames that this chunk completes, without their newlines; empty lines are no frames. They may share memory with the chunk.
   * @throws RangeError when a frame grows beyond the limit: what comes is no watch stream
   */
  push(chunk: Buffer): Buffer[] {
    const frames: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#add(chunk.subarray(start, end))
      const frame = this.#take()
      if (frame.length > 0) frames.push(frame)
      start = end + 1
    }
    this.#add(chunk.subarray(start))
    return frames
  }

  /** What has come since the last newline. */
  rest(): Buffer {
    return this.#take()
  }

  #add(piece: Buffer): void {
    if (piece.length === 0) return
    this.#length += piece.length
    if (this.#length > this.#largest) {
      throw new RangeError(`a frame of more than ${this.#largest} bytes: this is no watch stream of an API server`)
    }
    this.#pieces.push(piece)
  }

  #take(): Buffer {
    const frame = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces, this.#length)
    this.#pieces = []
    this.#length = 0
    return frame
  }
}
