import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { bitString, boolean, explicit, implicit, integer, octetString, oid, sequence, set, time, utf8String } from './der.ts'

export interface Subject {
  /** The user, of a client certificate. */
  readonly commonName: string
  /** The groups, of a client certificate. */
  readonly organizations?: readonly string[]
}

export interface CertificateRequest {
  /** Or the DER of the name, where somebody else has written it. */
  readonly subject: Subject | Buffer
  readonly publicKey: KeyObject
  readonly issuer: Subject
  readonly issuerKey: KeyObject
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
  readonly use:
    | { readonly is: 'authority' }
    | { readonly is: 'server'; readonly names: readonly string[] }
    | { readonly is: 'client' }
    /** What a {@link SigningRequest} asks for. */
    | {
        readonly is: 'requested'
        readonly purposes: readonly Purpose[]
        readonly keyUsages: readonly KeyUsage[]
        readonly names: Buffer | undefined
      }
}

const PURPOSES = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const

export type Purpose = keyof typeof PURPOSES

/** The bits of the extension that hold for keys of clients and servers. */
const KEY_USAGES = { digitalSignature: 0x80, keyEncipherment: 0x20 } as const

export type KeyUsage = keyof typeof KEY_USAGES

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))

/** An X.509 v3 certificate (RFC 5280), signed with ECDSA, as PEM. */
export function certificate(request: CertificateRequest): string {
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    // 128 random bits: two authorities of one name must never have issued the same serial, or clients refuse both.
    integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    name(request.issuer),
    sequence(time(request.notBefore), time(request.notAfter)),
    Buffer.isBuffer(request.subject) ? request.subject : name(request.subject),
    keyInfo(request.publicKey),
    explicit(3, sequence(...extensions(request))),
  )
  const signature = sign('sha256', body, { key: request.issuerKey, dsaEncoding: 'der' })
  return pem(sequence(body, ECDSA_WITH_SHA256, bitString(signature)))
}

function name({ commonName, organizations = [] }: Subject): Buffer {
  const part = (id: string, text: string) => set(sequence(oid(id), utf8String(text)))
  return sequence(...organizations.map((organization) => part('2.5.4.10', organization)), part('2.5.4.3', commonName))
}

const keyInfo = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })

function extensions({ use, publicKey, issuerKey }: CertificateRequest): Buffer[] {
  const critical = (id: string, value: Buffer) => sequence(oid(id), boolean(true), octetString(value))
  const plain = (id: string, value: Buffer) => sequence(oid(id), octetString(value))
  const keyIds = [
    plain('2.5.29.14', octetString(keyId(publicKey))),
    plain('2.5.29.35', sequence(implicit(0, keyId(createPublicKey(issuerKey))))),
  ]
  // Key usage bits: keyCertSign and cRLSign for an authority, digitalSignature for the others.
  if (use.is === 'authority')
    return [critical('2.5.29.19', sequence(boolean(true))), critical('2.5.29.15', bitString(Buffer.from([0x06]), 1)), ...keyIds]
  const { purposes, keyUsages, names } = leafOf(use)
  return [
    critical('2.5.29.19', sequence()),
    ...(keyUsages.length === 0 ? [] : [critical('2.5.29.15', keyUsageBits(keyUsages))]),
    plain('2.5.29.37', sequence(...purposes.map((purpose) => oid(PURPOSES[purpose])))),
    ...keyIds,
    ...(names === undefined ? [] : [plain('2.5.29.17', names)]),
  ]
}

function leafOf(use: Exclude<CertificateRequest['use'], { readonly is: 'authority' }>) {
  if (use.is === 'requested') return use
  const names = use.is === 'server' ? sequence(...use.names.map(alternativeName)) : undefined
  return { purposes: [use.is] as const, keyUsages: ['digitalSignature'] as const, names }
}

function keyUsageBits(usages: readonly KeyUsage[]): Buffer {
  const bits = usages.reduce((sum, usage) => sum | KEY_USAGES[usage], 0)
  // DER drops the zero bits at the end.
  return bitString(Buffer.from([bits]), Math.log2(bits & -bits))
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha1').update(keyInfo(key)).digest()
}

function alternativeName(text: string): Buffer {
  if (isIP(text) === 4) return implicit(7, Buffer.from(text.split('.').map(Number)))
  if (isIP(text) === 6) return implicit(7, ipv6Bytes(text))
  return implicit(2, Buffer.from(text, 'ascii'))
}

function ipv6Bytes(text: string): Buffer {
  const [head = '', tail] = text.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
