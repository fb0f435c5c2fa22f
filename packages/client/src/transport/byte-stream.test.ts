import { expect, test } from 'vitest'
import { ByteQueue } from './byte-stream.ts'

function queue() {
  const calls: string[] = []
  const bytes = new ByteQueue({ pause: () => calls.push('pause'), resume: () => calls.push('resume'), abort: () => calls.push('abort') })
  return { bytes, calls }
}
const chunk = (size: number) => Buffer.alloc(size, 0x61)

test('what came together comes out together, in the order in which it went in, then the end', async () => {
  const { bytes } = queue()
  bytes.push(Buffer.from('1'))
  bytes.push(Buffer.from('2'))
  expect(String(await bytes.read())).toBe('12')
  bytes.push(Buffer.from('3'))
  bytes.finish()
  expect([await bytes.read(), await bytes.read()].map(String)).toEqual(['3', 'undefined'])
})

test('a reader that waits gets all that comes with one packet', async () => {
  const { bytes } = queue()
  const read = bytes.read()
  for (const chunk of ['1', '2', '3']) bytes.push(Buffer.from(chunk))
  expect(String(await read)).toBe('123')
})

test('a reader that is first waits for the chunk', async () => {
  const { bytes } = queue()
  const read = bytes.read()
  bytes.push(Buffer.from('1'))
  expect(String(await read)).toBe('1')
})

test('a slow reader stops the socket beyond 256 KiB, and starts it again when it has caught up', async () => {
  const { bytes, calls } = queue()
  for (let count = 0; count < 4; count++) bytes.push(chunk(64 * 1024))
  expect(calls).toEqual([])
  bytes.push(chunk(1))
  bytes.push(chunk(1))
  expect(calls).toEqual(['pause'])
  await bytes.read()
  expect(calls).toEqual(['pause'])
  const next = bytes.read()
  expect(calls).toEqual(['pause', 'resume'])
  bytes.finish()
  expect(await next).toBeUndefined()
})

test('what came before a break is still read; the break comes after it', async () => {
  const { bytes } = queue()
  bytes.push(Buffer.from('1'))
  bytes.finish(new Error('reset'))
  expect(String(await bytes.read())).toBe('1')
  await expect(bytes.read()).rejects.toThrow('reset')
  await expect(bytes.read()).rejects.toThrow('reset')
})

test('an abort comes before what was not read yet, and closes the socket', async () => {
  const { bytes, calls } = queue()
  bytes.push(Buffer.from('1'))
  bytes.fail(new Error('stop'))
  await expect(bytes.read()).rejects.toThrow('stop')
  expect(calls).toEqual(['abort'])
})

test('closing closes the socket and lets a waiting reader go', async () => {
  const { bytes, calls } = queue()
  const read = bytes.read()
  bytes.close()
  expect(await read).toBeUndefined()
  expect(calls).toEqual(['abort'])
  bytes.push(Buffer.from('late'))
  expect(await bytes.read()).toBeUndefined()
})

test('two readers at once are a mistake that is told', async () => {
  const { bytes } = queue()
  const first = bytes.read()
  await expect(bytes.read()).rejects.toThrow('one reader')
  bytes.finish()
  await first
})
