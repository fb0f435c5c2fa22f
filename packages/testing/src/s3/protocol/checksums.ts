import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

export const CHECKSUMS = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const
export type ChecksumAlgorithm = (typeof CHECKSUMS)[number]

/** In base64, as `x-amz-checksum-*` carries it. */
export function checksum(algorithm: ChecksumAlgorithm, bytes: Buffer): string {
  switch (algorithm) {
    case 'crc32':
      return word(crc32(bytes))
    case 'crc32c':
      return word(crc32c(bytes))
    case 'crc64nvme':
      return crc64nvme(bytes)
    case 'sha1':
    case 'sha256':
      return createHash(algorithm).update(bytes).digest('base64')
  }
}

function word(value: number): string {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(value >>> 0)
  return buffer.toString('base64')
}

/** Castagnoli's polynomial, reflected. */
const CRC32C = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value >>> 0
})

function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = CRC32C[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

const ONES = 0xffffffffffffffffn
/** The polynomial of the NVMe specification, reflected. */
const CRC64 = Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index)
  for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n
  return value
})

function crc64nvme(bytes: Buffer): string {
  let crc = ONES
  for (const byte of bytes) crc = CRC64[Number((crc ^ BigInt(byte)) & 0xffn)]! ^ (crc >> 8n)
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64BE(crc ^ ONES)
  return buffer.toString('base64')
}
