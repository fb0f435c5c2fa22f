import { armor, Decrypter } from 'age-encryption'
import type { Opened } from './envelope.ts'

export interface Encrypted {
  /** Whether the value is text, as `age --armor` writes it. */
  readonly armored: boolean
  /** `AGE-SECRET-KEY-…`, one a line. Overwritten. */
  readonly identities: Buffer
  /** Where they come from, for messages. */
  readonly file: string
}

/** Takes off the encryption of age. */
export async function decrypt(value: Buffer, { armored, identities, file }: Encrypted): Promise<Opened> {
  const decrypter = new Decrypter()
  try {
    for (const line of identities.toString('latin1').split(/[\r\n]+/))
      if (line.trim() !== '' && !line.startsWith('#')) decrypter.addIdentity(line.trim())
  } catch {
    // The library's message may quote the line.
    return { is: 'refused', why: `it is encrypted with age, and the file ${file} holds something that is no identity` }
  } finally {
    identities.fill(0)
  }
  try {
    const plain = await decrypter.decrypt(armored ? armor.decode(value.toString('latin1').trim()) : value)
    return { is: 'opened', value: Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength) }
  } catch {
    return { is: 'refused', why: `it is encrypted with age, but not for an identity in the file ${file}, or it is damaged` }
  }
}
