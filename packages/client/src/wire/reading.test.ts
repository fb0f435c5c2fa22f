import { isConnectionError } from '@kubewright/core'
import { expect, test } from 'vitest'
import type { StreamedAnswer } from '../transport/transport.ts'
import { type Reading, reading } from './reading.ts'

/** A reading of these batches. `closed` is how often its stream was closed. */
function fixture<P>(batches: Iterable<Iterable<P>>) {
  const seen = { opened: 0, closed: 0 }
  const source: Reading = {
    what: 'GET /things: the watch',
    open: async () => {
      seen.opened++
      return { stream: { close: () => seen.closed++ } } as unknown as StreamedAnswer
    },
  }
  const pieces = reading<P>(source, async function* () {
    for (const batch of batches) yield batch
  })
  return { seen, pieces, iterator: pieces[Symbol.asyncIterator]() }
}

const all = async <P>(pieces: AsyncIterable<P>) => {
  const read: P[] = []
  for await (const piece of pieces) read.push(piece)
  return read
}

test('batches come piece by piece and in order, empty ones not at all', async () => {
  const { pieces, seen } = fixture([[1, 2], [], [3], [], []])
  expect(await all(pieces)).toEqual([1, 2, 3])
  expect(seen).toEqual({ opened: 1, closed: 1 })
})

test('nothing is opened before somebody asks', async () => {
  const { iterator, seen } = fixture([[1]])
  expect(seen.opened).toBe(0)
  await iterator.next()
  expect(seen.opened).toBe(1)
})

test('who asks several times at once gets each piece once, in order', async () => {
  const { iterator } = fixture([[1, 2], [3], [4, 5]])
  const answers = await Promise.all(Array.from({ length: 7 }, () => iterator.next()))
  expect(answers.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5, undefined, undefined])
})

test('a piece is made when it is asked for', async () => {
  const made: number[] = []
  function* batch() {
    for (const piece of [1, 2, 3]) {
      made.push(piece)
      yield piece
    }
  }
  const { iterator } = fixture([batch()])
  await iterator.next()
  await iterator.next()
  expect(made).toEqual([1, 2])
})

test('a piece that cannot be made comes after those before it, closes the stream, and nothing comes after it', async () => {
  function* batch() {
    yield 1
    throw new RangeError('too long')
  }
  const { iterator, seen } = fixture([batch(), [2]])
  expect(await iterator.next()).toEqual({ done: false, value: 1 })
  const error = await iterator.next().catch((thrown: unknown) => thrown)
  expect(isConnectionError(error) && error.message).toBe('GET /things: the watch broke: too long')
  expect(seen.closed).toBe(1)
  expect(await iterator.next()).toEqual({ done: true, value: undefined })
})

test('what is left of a batch is not handed out to who has left', async () => {
  const { iterator, seen } = fixture([[1, 2, 3]])
  await iterator.next()
  await iterator.return?.()
  expect(seen.closed).toBe(1)
  expect(await iterator.next()).toEqual({ done: true, value: undefined })
})
