import type { IncomingMessage } from 'node:http'

/**
 * The body of a request, or `undefined` when it has more bytes than `most`: the rest is read and dropped, so that the client hears why.
 * @throws Error when the client hangs up in the middle, or sends what is no HTTP
 */
export async function bodyOf(message: IncomingMessage, most: number): Promise<Buffer | undefined> {
  let size = 0
  let pieces: Buffer[] = []
  for await (const piece of message as AsyncIterable<Buffer>) {
    size += piece.length
    if (size <= most) pieces.push(piece)
    else pieces = []
  }
  return size <= most ? Buffer.concat(pieces) : undefined
}
