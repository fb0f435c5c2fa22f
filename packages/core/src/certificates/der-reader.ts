/** One value of a DER text. */
export interface DerValue {
  readonly tag: number
  readonly content: Buffer
  /** The whole value, with tag and length. */
  readonly raw: Buffer
}

/** The values that stand one after the other in a text, or in a constructed value. @throws Error when it is cut off or not DER */
export function readValues(bytes: Buffer): readonly DerValue[] {
  const values: DerValue[] = []
  for (let at = 0; at < bytes.length; ) {
    const value = readValue(bytes, at)
    values.push(value)
    at += value.raw.length
  }
  return values
}

function readValue(bytes: Buffer, at: number): DerValue {
  const [tag, first] = [bytes[at], bytes[at + 1]]
  if (tag === undefined || first === undefined) throw new Error('a DER value is cut off')
  // Four bytes of length are 4 GiB: more is nonsense.
  const digits = first < 0x80 ? 0 : first & 0x7f
  if (first === 0x80 || digits > 4 || at + 2 + digits > bytes.length) throw new Error('a DER value has no proper length')
  const length = digits === 0 ? first : bytes.readUIntBE(at + 2, digits)
  const start = at + 2 + digits
  if (start + length > bytes.length) throw new Error('a DER value is cut off')
  return { tag, content: bytes.subarray(start, start + length), raw: bytes.subarray(at, start + length) }
}
