import { type Answer, errors, NO_CONTENT, readBody } from '../answer.ts'
import type { Cluster } from './cluster.ts'
import { decodeKey, newSealKey, refusedSplit, tryOpen } from './seal-key.ts'

interface Attempt {
  readonly nonce: string
  readonly shares: number
  readonly threshold: number
  readonly parts: Buffer[]
}

/** sys/rekey/init and sys/rekey/update: new shares for the same data. */
export class Rekey {
  readonly #cluster: Cluster
  #attempt: Attempt | undefined

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  init(method: string, body: Buffer): Answer {
    if (method === 'DELETE') {
      this.#attempt = undefined
      return NO_CONTENT
    }
    if (method === 'GET') return this.#status()
    const read = readBody(body)
    if (read.is === 'refused') return read.answer
    if (this.#attempt !== undefined) return errors(400, 'rekey already in progress')
    const { secret_shares, secret_threshold, pgp_keys } = read.is === 'json' ? read.value : {}
    const [shares, threshold] = [Number(secret_shares ?? 0), Number(secret_threshold ?? 0)]
    const problem = refusedSplit(shares, threshold)
    if (problem !== undefined) return errors(400, `invalid rekey seal configuration: ${problem}`)
    if (pgp_keys !== undefined) return errors(400, 'fakeVault does not encrypt with PGP: leave pgp_keys out, or use a real server')
    this.#attempt = { nonce: this.#cluster.ids.uuid(), shares, threshold, parts: [] }
    return this.#status()
  }

  update(body: Buffer): Answer {
    const read = readBody(body)
    if (read.is === 'refused') return read.answer
    const attempt = this.#attempt
    if (attempt === undefined) return errors(400, 'no rekey in progress')
    const { key, nonce } = read.is === 'json' ? read.value : {}
    if (typeof key !== 'string' || key === '') return errors(400, "'key' must be specified in request body as JSON")
    const part = decodeKey(key)
    if (part === undefined) return errors(400, "'key' must be a valid hex or base64 string")
    if (nonce !== attempt.nonce) return errors(400, 'incorrect nonce supplied')
    const seal = this.#cluster.key!
    if (!attempt.parts.some((held) => held.equals(part))) attempt.parts.push(part)
    if (attempt.parts.length < seal.threshold) return this.#status()
    const parts = attempt.parts.splice(0)
    if (tryOpen(seal, parts).is !== 'open') return errors(400, 'rekey failed: invalid key supplied')
    const fresh = newSealKey(attempt.shares, attempt.threshold, this.#cluster.ids.bytes)
    this.#cluster.key = fresh
    this.#attempt = undefined
    // Only the active node reads the new numbers; its peers keep the old ones until they restart.
    if (this.#cluster.active !== undefined) this.#cluster.readSeal(this.#cluster.active)
    return {
      status: 200,
      body: {
        nonce: attempt.nonce,
        complete: true,
        keys: fresh.shares.map((share) => share.toString('hex')),
        keys_base64: fresh.shares.map((share) => share.toString('base64')),
        pgp_fingerprints: null,
        backup: false,
        verification_required: false,
      },
    }
  }

  #status(): Answer {
    const attempt = this.#attempt
    return {
      status: 200,
      body: {
        nonce: attempt?.nonce ?? '',
        started: attempt !== undefined,
        t: attempt?.threshold ?? 0,
        n: attempt?.shares ?? 0,
        progress: attempt?.parts.length ?? 0,
        required: this.#cluster.key?.threshold ?? 0,
        pgp_fingerprints: null,
        backup: false,
        verification_required: false,
      },
    }
  }
}
