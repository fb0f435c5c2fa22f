import { deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { zipEntry } from './zip.ts'

function zipOf(files: Readonly<Record<string, { readonly text: string; readonly method: number }>>): Buffer {
  const [bodies, directory]: [Buffer[], Buffer[]] = [[], []]
  let at = 0
  for (const [name, { text, method }] of Object.entries(files)) {
    const packed = method === 8 ? deflateRawSync(text) : Buffer.from(text)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(name.length, 26)
    bodies.push(header, Buffer.from(name), packed)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(at, 42)
    directory.push(entry, Buffer.from(name))
    at += 30 + name.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...bodies, ...directory, end])
}

const zip = zipOf({ 'a/': { text: '', method: 0 }, 'a/packed': { text: 'x'.repeat(999), method: 8 }, 'a/stored': { text: 'y', method: 0 } })

test.each([
  ['a/packed', 'x'.repeat(999)],
  ['a/stored', 'y'],
])('%s is read', (name, text) => expect(zipEntry(zip, name).toString()).toBe(text))

test.each([
  ['what is not there', () => zipEntry(zip, 'a/other'), 'the zip file has no a/other'],
  ['what is no zip file', () => zipEntry(Buffer.from('hello'), 'a'), 'no zip file: it has no directory'],
  ['a method that is not known', () => zipEntry(zipOf({ a: { text: '', method: 9 } }), 'a'), 'packs by method 9'],
])('%s is refused', (_, read, problem) => expect(read).toThrow(problem))
