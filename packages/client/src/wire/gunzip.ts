import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { ByteStream } from '../transport/byte-stream.ts'

/** Larger than zlib's 16 KiB: each piece is a trip to another thread and back. */
const PIECE = 128 * 1024

/** The same stream, unpacked: on another thread, while this one parses what came before. */
export function gunzipped(source: ByteStream): ByteStream {
  const gunzip = createGunzip({ chunkSize: PIECE })
  pipeline(chunksOf(source), gunzip, () => {
    // The reader hears of it: an error of the source destroys the unpacking with it.
  })
  const pieces: AsyncIterator<Buffer> = (gunzip as Readable)[Symbol.asyncIterator]()
  return {
    async read() {
      const { done, value } = await pieces.next()
      return done ? undefined : value
    },
    close() {
      source.close()
      gunzip.destroy()
    },
  }
}

async function* chunksOf(stream: ByteStream): AsyncGenerator<Buffer> {
  for (let chunk = await stream.read(); chunk !== undefined; chunk = await stream.read()) yield chunk
}
