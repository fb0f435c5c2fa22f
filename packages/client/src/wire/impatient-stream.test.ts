import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { ByteQueue } from '../transport/byte-stream.ts'
import { impatient } from './impatient-stream.ts'

function fixture() {
  const clock = virtualClock()
  const calls: string[] = []
  const source = new ByteQueue({ pause: () => {}, resume: () => {}, abort: () => calls.push('abort') })
  return { clock, source, calls, stream: impatient(source, 1_000, clock) }
}

/** What became of it, as soon as anything did. */
function outcome(read: Promise<Buffer | undefined>): { value: string } {
  const seen = { value: 'waiting' }
  read.then(
    (chunk) => (seen.value = String(chunk)),
    (error: Error & { code?: string }) => (seen.value = `${error.code} ${error.message}`),
  )
  return seen
}

test('silence while somebody reads breaks the stream', async () => {
  const { clock, stream } = fixture()
  const read = outcome(stream.read())
  await clock.advance(999)
  expect(read.value).toBe('waiting')
  await clock.advance(1)
  expect(read.value).toBe('ETIMEDOUT nothing more came for 1 s')
})

test('every piece starts the wait anew', async () => {
  const { clock, source, stream } = fixture()
  for (const piece of ['1', '2', '3']) {
    const read = outcome(stream.read())
    await clock.advance(900)
    source.push(Buffer.from(piece))
    await clock.advance(0)
    expect(read.value).toBe(piece)
  }
})

test('a reader that takes its time breaks nothing', async () => {
  const { clock, source, stream } = fixture()
  source.push(Buffer.from('1'))
  expect(String(await stream.read())).toBe('1')
  await clock.advance(60_000)
  source.push(Buffer.from('2'))
  expect(String(await stream.read())).toBe('2')
  const read = outcome(stream.read())
  await clock.advance(999)
  expect(read.value).toBe('waiting')
})

test('closing closes the source, lets the reader go and leaves no timer', async () => {
  const { clock, stream, calls } = fixture()
  const read = outcome(stream.read())
  stream.close()
  await clock.advance(0)
  expect(read.value).toBe('undefined')
  expect(calls).toEqual(['abort'])
  expect(clock.pending).toBe(0)
})
