import { inflateRawSync } from 'node:zlib'

/** Of the record at the end of a zip file, without its comment. */
const END_SIZE = 22
const [END, ENTRY] = [0x06054b50, 0x02014b50]

/** One file of a zip archive. Sizes are read from the directory at its end, for the headers before the files need not have them. @throws Error when it is not there */
export function zipEntry(zip: Buffer, name: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0 || end > zip.length - END_SIZE || zip.readUInt32LE(end) !== END) throw new Error('no zip file: it has no directory')
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0 && zip.readUInt32LE(at) === ENTRY; left--) {
    const [nameSize, extraSize, commentSize] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32)]
    if (zip.toString('utf8', at + 46, at + 46 + nameSize) === name) return content(zip, at)
    at += 46 + nameSize + extraSize + commentSize
  }
  throw new Error(`the zip file has no ${name}`)
}

function content(zip: Buffer, entry: number): Buffer {
  const [method, size, header] = [zip.readUInt16LE(entry + 10), zip.readUInt32LE(entry + 20), zip.readUInt32LE(entry + 42)]
  const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28)
  const packed = zip.subarray(start, start + size)
  if (method === 0) return packed
  if (method !== 8) throw new Error(`the zip file packs by method ${method}, and only 8 (deflate) is known here`)
  return inflateRawSync(packed)
}
