import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, ConfigurationError, messageOf } from '@kubewright/core'
import { Authority, type Pair } from '@kubewright/core/certificates'

/** What clients know a server by. A server with a directory keeps it there, so that kubeconfigs and tokens outlive a restart. */
export interface Identity {
  readonly authority: Authority
  /** The administrator's. */
  readonly token: string
  /** PEM; signs the tokens of ServiceAccounts. Undefined: whoever signs them makes its own. */
  readonly signingKey: string | undefined
}

interface Kept {
  readonly authority: Pair
  readonly token: string
  readonly signingKey: string
}

const FILE = 'identity.json'

/** An authority that ends sooner is replaced: what it signs ends with it. */
const SHORTEST_LIFE = 30 * 86_400_000

export const freshIdentity = (clock: Clock): Identity => ({
  authority: new Authority(clock.now()),
  token: newToken(),
  signingKey: undefined,
})

/** @throws ConfigurationError when the file is there and cannot be read */
export function keptIdentity(directory: string, clock: Clock): Identity {
  const path = join(directory, FILE)
  const kept = read(path, clock)
  if (kept !== undefined && kept.authority.notAfter - clock.now() > SHORTEST_LIFE) return kept
  const identity = {
    authority: new Authority(clock.now()),
    token: kept?.token ?? newToken(),
    signingKey: kept?.signingKey ?? newSigningKey(),
  }
  write(path, { ...identity, authority: identity.authority.kept })
  return identity
}

function read(path: string, clock: Clock): Identity | undefined {
  try {
    const { authority, token, signingKey } = JSON.parse(readFileSync(path, 'utf8')) as Kept
    return { authority: new Authority(clock.now(), authority), token, signingKey }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    // The text of a parser's error may quote what it read, and that is a key.
    const why = error instanceof SyntaxError || error instanceof TypeError ? 'it is damaged' : messageOf(error)
    throw new ConfigurationError(`${path} cannot be read (${why}): remove it, and clients need a new kubeconfig`, {
      code: 'KW-DATA-DIRECTORY',
    })
  }
}

function write(path: string, kept: Kept): void {
  const unfinished = `${path}.unfinished`
  writeFileSync(unfinished, JSON.stringify(kept), { mode: 0o600 })
  renameSync(unfinished, path)
}

const newToken = (): string => randomBytes(24).toString('base64url')

const newSigningKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
