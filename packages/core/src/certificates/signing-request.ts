import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { oid } from './der.ts'
import { type DerValue, readValues } from './der-reader.ts'

/** What a client asks an authority to sign: PKCS #10. */
export interface SigningRequest {
  /** DER of the name, to be signed as it stands. */
  readonly subject: Buffer
  readonly commonName: string | undefined
  readonly organizations: readonly string[]
  readonly publicKey: KeyObject
  /** DER of the value of the extension, to be signed as it stands. */
  readonly alternativeNames: Buffer | undefined
  readonly alternativeKinds: ReadonlySet<AlternativeKind>
}

export type AlternativeKind = 'email' | 'dns' | 'uri' | 'ip' | 'other'

const ALTERNATIVE_TAGS: Readonly<Record<number, AlternativeKind>> = { 129: 'email', 130: 'dns', 134: 'uri', 135: 'ip' }

const COMMON_NAME = oid('2.5.4.3')
const ORGANIZATION = oid('2.5.4.10')
const EXTENSION_REQUEST = oid('1.2.840.113549.1.9.14')
const ALTERNATIVE_NAMES = oid('2.5.29.17')
const ATTRIBUTES_TAG = 0xa0

/** How requests are signed; null: the algorithm is the key's own. */
const SIGNATURES: readonly (readonly [id: Buffer, hash: string | null])[] = [
  [oid('1.2.840.113549.1.1.11'), 'sha256'],
  [oid('1.2.840.113549.1.1.12'), 'sha384'],
  [oid('1.2.840.113549.1.1.13'), 'sha512'],
  [oid('1.2.840.10045.4.3.2'), 'sha256'],
  [oid('1.2.840.10045.4.3.3'), 'sha384'],
  [oid('1.2.840.10045.4.3.4'), 'sha512'],
  [oid('1.3.101.112'), null],
]

/** Reads a request, and makes sure that who asks has the key. @throws Error saying what is wrong with it */
export function readSigningRequest(pem: string): SigningRequest {
  const base64 = /-----BEGIN CERTIFICATE REQUEST-----([\sA-Za-z0-9+/=]+)-----END CERTIFICATE REQUEST-----/.exec(pem)?.[1]
  if (base64 === undefined) throw new Error('PEM block type must be CERTIFICATE REQUEST')
  const [request] = readValues(Buffer.from(base64, 'base64'))
  const [info, algorithm, signature] = childrenOf(request)
  const [, subject, keyInfo, ...others] = childrenOf(info)
  if (info === undefined || subject === undefined || keyInfo === undefined) throw new Error('it is no certificate request')
  const publicKey = createPublicKey({ key: keyInfo.raw, format: 'der', type: 'spki' })
  verifySignature(info, algorithm, signature, publicKey)
  const alternative = alternativeNamesOf(others.find(({ tag }) => tag === ATTRIBUTES_TAG))
  const texts = nameParts(subject)
  return {
    subject: subject.raw,
    commonName: texts.find(({ id }) => id.equals(COMMON_NAME))?.text,
    organizations: texts.filter(({ id }) => id.equals(ORGANIZATION)).map(({ text }) => text),
    publicKey,
    alternativeNames: alternative?.raw,
    alternativeKinds: new Set(childrenOf(alternative).map(({ tag }) => ALTERNATIVE_TAGS[tag] ?? 'other')),
  }
}

const childrenOf = (value: DerValue | undefined): readonly DerValue[] => (value === undefined ? [] : readValues(value.content))

function verifySignature(info: DerValue, algorithm: DerValue | undefined, signature: DerValue | undefined, key: KeyObject): void {
  const [id] = childrenOf(algorithm)
  const known = SIGNATURES.find(([each]) => id?.raw.equals(each))
  if (known === undefined || signature === undefined) throw new Error('it is signed in a way that is not known here')
  // The first byte says how many bits of the last one do not count: none.
  const isRight = verify(known[1], info.raw, { key, dsaEncoding: 'der' }, signature.content.subarray(1))
  if (!isRight) throw new Error('its signature is not that of its key')
}

const nameParts = (name: DerValue) =>
  childrenOf(name)
    .flatMap(childrenOf)
    .flatMap((part) => {
      const [id, text] = childrenOf(part)
      return id === undefined || text === undefined ? [] : [{ id: id.raw, text: text.content.toString('utf8') }]
    })

function alternativeNamesOf(attributes: DerValue | undefined): DerValue | undefined {
  const wanted = childrenOf(attributes)
    .map(childrenOf)
    .filter(([id]) => id?.raw.equals(EXTENSION_REQUEST))
    .flatMap(([, values]) => childrenOf(values))
  const extension = wanted.flatMap(childrenOf).find((each) => childrenOf(each)[0]?.raw.equals(ALTERNATIVE_NAMES))
  const value = childrenOf(extension).at(-1)
  return value === undefined ? undefined : readValues(value.content)[0]
}
