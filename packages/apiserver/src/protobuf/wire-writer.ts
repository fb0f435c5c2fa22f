// Protobuf's wire format, outwards: each function gives one field.

const VARINT = 0
const FIXED64 = 1
const LENGTH = 2

export function varint(value: number | bigint): Buffer {
  // Negative numbers are written as 64 bits in two's complement, ten bytes long.
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return Buffer.from(bytes)
}

const tag = (field: number, type: number): Buffer => varint((field << 3) | type)

export const numberField = (field: number, value: number | bigint): Buffer => Buffer.concat([tag(field, VARINT), varint(value)])

export const flagField = (field: number, value: boolean): Buffer => numberField(field, value ? 1 : 0)

export function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([tag(field, FIXED64), bytes])
}

export const bytesField = (field: number, value: Buffer): Buffer => Buffer.concat([tag(field, LENGTH), varint(value.length), value])

export const textField = (field: number, value: string): Buffer => bytesField(field, Buffer.from(value))

/** A message within another, of its fields. */
export const messageField = (field: number, ...fields: readonly Buffer[]): Buffer => bytesField(field, Buffer.concat(fields))
