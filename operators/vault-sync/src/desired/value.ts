/** A value of a Secret, as JSON can hold it. */
export interface EncodedValue {
  readonly text: string
  readonly base64: boolean
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text stays text; what is no UTF-8 (a keystore, a key in DER) becomes base64 and is marked so. `ignoreBOM` keeps a byte order mark, which is a part of the value. */
export function encodeValue(bytes: Uint8Array): EncodedValue {
  try {
    return { text: strict.decode(bytes), base64: false }
  } catch {
    return { text: Buffer.from(bytes).toString('base64'), base64: true }
  }
}
