import { Pieces } from '../wire/pieces.ts'

/** Objects are at most 1.5 MiB in etcd; three encodings of one (an aggregated server's, a conversion's) still fit well. */
export const LARGEST_FRAME = 64 * 1024 * 1024

const NEWLINE = 0x0a

/** Cuts a stream of bytes at its newlines. Works on bytes because a chunk may end inside a character. */
export class FrameSplitter {
  /** The frame that has not ended yet. */
  readonly #frame: Pieces

  constructor(largest: number = LARGEST_FRAME) {
    this.#frame = new Pieces(largest, 'this is no watch stream of an API server: a frame')
  }

  /**
   * The frames that this chunk completes, without their newlines; empty lines are no frames. They may share memory with the chunk.
   * @throws RangeError when a frame grows beyond the limit: what comes is no watch stream
   */
  push(chunk: Buffer): Buffer[] {
    const frames: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#frame.add(chunk.subarray(start, end))
      const frame = this.#frame.take()
      if (frame.length > 0) frames.push(frame)
      start = end + 1
    }
    this.#frame.add(chunk.subarray(start))
    return frames
  }

  /** What has come since the last newline. */
  rest(): Buffer {
    return this.#frame.take()
  }
}
