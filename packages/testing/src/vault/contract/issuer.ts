import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { VirtualClock } from '../../virtual-clock.ts'

export interface ServiceAccount {
  readonly name: string
  readonly namespace: string
  readonly audience: string
  /** Seconds from now. */
  readonly expires: number
  readonly notBefore: number
}

/** Signs tokens of ServiceAccounts, as an API server does. */
export class Issuer {
  readonly #key: KeyObject
  readonly publicKey: string
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    this.#key = privateKey
    this.publicKey = publicKey.export({ type: 'spki', format: 'pem' }) as string
    this.#clock = clock
  }

  token({
    name = 'app',
    namespace = 'team-a',
    audience = 'https://kubernetes.default.svc',
    expires = 3600,
    notBefore = 0,
  }: Partial<ServiceAccount>): string {
    const now = Math.floor(this.#clock.now() / 1000)
    const uid = createHash('sha256').update(`${namespace}/${name}`).digest('hex').slice(0, 32)
    const claims = {
      iss: 'https://kubernetes.default.svc',
      sub: `system:serviceaccount:${namespace}:${name}`,
      aud: [audience],
      exp: now + expires,
      nbf: now + notBefore,
      'kubernetes.io': { namespace, serviceaccount: { name, uid } },
    }
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`
    return `${signed}.${sign('sha256', Buffer.from(signed), this.#key).toString('base64url')}`
  }
}
