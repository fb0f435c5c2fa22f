import { type OwnFolder, readOwnFile } from './own-file.ts'
import { type ParsedShares, parseShares } from './parsing.ts'

export type Opened = { readonly is: 'opened'; readonly value: Buffer } | { readonly is: 'refused'; readonly why: string }

/** Takes off the encryption of a value. What is not encrypted comes back as it is. @throws the signal's reason */
export type Envelope = (value: Buffer, signal: AbortSignal) => Promise<Opened>

/** In the folder of the unsealer, beside its files with shares: what is encrypted for one unsealer another cannot have decrypted. */
export const IDENTITY_FILE = 'age-identity'

const AGE = 'age-encryption.org/v1'
const ARMORED_AGE = '-----BEGIN AGE ENCRYPTED FILE-----'
const ARMORED_PGP = '-----BEGIN PGP MESSAGE-----'

/** age, with identities (`AGE-SECRET-KEY-…`, one a line) from a mounted file alone: never from an object of the cluster. */
export function ageEnvelope(folder: OwnFolder): Envelope {
  return async (value, signal) => {
    const begin = value.subarray(0, 64).toString('latin1').trimStart()
    if (begin.startsWith(ARMORED_PGP)) return { is: 'refused', why: 'it is encrypted with PGP, which is not read: encrypt it with age' }
    const armored = begin.startsWith(ARMORED_AGE)
    if (!armored && !begin.startsWith(AGE)) return { is: 'opened', value }
    // Most shares are not encrypted, and the ciphers are a tenth of what the program would load.
    const { decrypt } = await import('./age-decryption.ts')
    const identity = await readOwnFile(IDENTITY_FILE, folder, signal)
    if (identity.is === 'failed') return { is: 'refused', why: `it is encrypted with age, and ${identity.message}` }
    return decrypt(value, { armored, identities: identity.value, file: IDENTITY_FILE })
  }
}

/** The shares in a value, encrypted or not. The value is overwritten. */
export async function sharesIn(value: Buffer, envelope: Envelope, signal: AbortSignal): Promise<ParsedShares> {
  const opened = await envelope(value, signal)
  return opened.is === 'opened' ? parseShares(opened.value) : { shares: [], refused: [{ at: 0, why: opened.why }] }
}
