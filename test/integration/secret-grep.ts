// Looks for secrets where none may ever be: in everything that a run has emitted, in every encoding in which a program might let one slip.
import { gunzipSync } from 'node:zlib'
import { encodingsOf } from './secret-encodings.ts'

/** A secret that a test made up. Of less than eight bytes it would be found by chance. */
export interface PlantedSecret {
  /** Shown in its place. */
  readonly name: string
  readonly bytes: Buffer
}

export interface SecretHit {
  readonly secret: string
  readonly encoding: string
  readonly place: string
}

const SHORTEST = 8

/** Keeps what it was told to look for, and counts what it has looked through. */
export class SecretGrep {
  /** By length: pieces of all secrets in all encodings. One pass over a text looks for all of them, however many there are. */
  readonly #pieces = new Map<number, Map<string, Omit<SecretHit, 'place'>>>()
  /** How pieces begin: hardly any place in a text has to be looked at twice. */
  readonly #beginnings = new Uint8Array(1 << 16)
  readonly #secrets = new Set<string>()
  readonly #encodings = new Set<string>()
  #bytes = 0
  #hits = 0

  /** @throws Error for a secret that is too short to be told from chance */
  lookFor(...secrets: readonly PlantedSecret[]): void {
    for (const { name, bytes } of secrets) {
      const id = bytes.toString('hex')
      if (this.#secrets.has(id)) continue
      if (bytes.length < SHORTEST) throw new Error(`${name} has ${bytes.length} bytes: what has less than ${SHORTEST} is found by chance`)
      this.#secrets.add(id)
      for (const { name: encoding, text, window } of encodingsOf(bytes)) {
        this.#encodings.add(encoding)
        for (const piece of piecesOf(latin1(text), window)) this.#remember(piece, { secret: name, encoding })
      }
    }
  }

  /** Each secret, encoding and place once. Never shows a secret. */
  hitsIn(places: Readonly<Record<string, string | Buffer>>): readonly SecretHit[] {
    const hits = Object.entries(places).flatMap(([place, content]) => {
      this.#bytes += Buffer.byteLength(content)
      return [...new Map(textsOf(content).flatMap((text) => this.#found(text, place)))].map(([, hit]) => hit)
    })
    this.#hits += hits.length
    return hits
  }

  /** What a suite prints at its end. */
  summary(): string {
    const kilobytes = Math.round(this.#bytes / 1024)
    return `secrets: ${this.#secrets.size} values x ${this.#encodings.size} encodings, ${kilobytes} KiB searched, ${this.#hits} hits\n`
  }

  #remember(piece: string, about: Omit<SecretHit, 'place'>): void {
    this.#beginnings[beginning(piece, 0)] = 1
    const sameLength = this.#pieces.get(piece.length) ?? new Map<string, Omit<SecretHit, 'place'>>()
    this.#pieces.set(piece.length, sameLength.set(piece, sameLength.get(piece) ?? about))
  }

  #found(text: string, place: string): (readonly [string, SecretHit])[] {
    const found: (readonly [string, SecretHit])[] = []
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      if (this.#beginnings[beginning(text, at)] === 0) continue
      for (const [length, pieces] of this.#pieces) {
        const about = pieces.get(text.slice(at, at + length))
        if (about !== undefined) found.push([`${about.secret}/${about.encoding}`, { ...about, place }])
      }
    }
    return found
  }
}

/** A number of the four characters there. */
function beginning(text: string, at: number): number {
  return ((text.charCodeAt(at) << 12) ^ (text.charCodeAt(at + 1) << 8) ^ (text.charCodeAt(at + 2) << 4) ^ text.charCodeAt(at + 3)) & 0xffff
}

/** One character for each byte, as bytes are what is searched. */
const latin1 = (text: string) => Buffer.from(text).toString('latin1')

/** Side by side, and the last: whatever begins or ends a secret, or is twice as long as a window, has a whole window in it. */
function piecesOf(text: string, window: number): readonly string[] {
  if (text.length <= window) return [text]
  const starts = Array.from({ length: Math.floor(text.length / window) }, (_, index) => index * window)
  return [...starts, text.length - window].map((start) => text.slice(start, start + window))
}

const GZIP = Buffer.from([0x1f, 0x8b, 0x08])
/** The same in base64, as in `data` of a ConfigMap or the body of a request in an audit log. */
const GZIP_IN_BASE64 = /H4sI[A-Za-z0-9+/_-]{16,}={0,2}/g

/** The content, and what is packed in it. */
function textsOf(content: string | Buffer): readonly string[] {
  const bytes = Buffer.from(content)
  const text = bytes.toString('latin1')
  const packed = [...packedIn(bytes), ...[...text.matchAll(GZIP_IN_BASE64)].flatMap(([base64]) => packedIn(Buffer.from(base64, 'base64')))]
  return [text, ...packed.flatMap(textsOf)]
}

function packedIn(bytes: Buffer): readonly Buffer[] {
  const found: Buffer[] = []
  for (let at = bytes.indexOf(GZIP); at >= 0; at = bytes.indexOf(GZIP, at + 1)) {
    const unpacked = unpack(bytes.subarray(at))
    if (unpacked !== undefined) found.push(unpacked)
  }
  return found
}

function unpack(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes)
  } catch {
    // Three bytes that look like a beginning, and are none.
    return undefined
  }
}
