import { createPublicKey, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Authority } from './authority.ts'
import { bitString, explicit, implicit, integer, octetString, oid, sequence, set, utf8String } from './der.ts'
import { readSigningRequest } from './signing-request.ts'

const NOW = Date.parse('2026-06-01T00:00:00Z')
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' })

interface Written {
  readonly algorithm?: Buffer
  readonly hash?: string | null
  readonly key?: KeyObject
  readonly signer?: KeyObject
  readonly names?: readonly Buffer[]
}

/** What `openssl req -new` writes. */
function written({
  algorithm = oid('1.2.840.10045.4.3.2'),
  hash = 'sha256',
  key = EC.privateKey,
  signer = key,
  names,
}: Written = {}): string {
  const part = (id: string, text: string) => set(sequence(oid(id), utf8String(text)))
  const extension = names && sequence(oid('2.5.29.17'), octetString(sequence(...names)))
  const attributes = extension ? [sequence(oid('1.2.840.113549.1.9.14'), set(sequence(extension)))] : []
  const info = sequence(
    integer(Buffer.from([0])),
    sequence(part('2.5.4.10', 'team'), part('2.5.4.10', 'other'), part('2.5.4.3', 'ann')),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    explicit(0, ...attributes),
  )
  return pem(sequence(info, sequence(algorithm), bitString(sign(hash, info, { key: signer, dsaEncoding: 'der' }))))
}

const pem = (der: Buffer) => `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
const dns = (name: string) => implicit(2, Buffer.from(name))

describe('a signing request', () => {
  test.each<[string, Written]>([
    ['an elliptic curve', {}],
    ['SHA-384', { algorithm: oid('1.2.840.10045.4.3.3'), hash: 'sha384' }],
    ['RSA', { algorithm: oid('1.2.840.113549.1.1.11'), key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }],
    ['Ed25519', { algorithm: oid('1.3.101.112'), hash: null, key: generateKeyPairSync('ed25519').privateKey }],
  ])('that is signed with %s says who asks', (_name, how) => {
    const { commonName, organizations, publicKey, alternativeNames } = readSigningRequest(written(how))
    expect([commonName, organizations, alternativeNames]).toEqual(['ann', ['team', 'other'], undefined])
    expect(publicKey.equals(createPublicKey(how.key ?? EC.privateKey))).toBe(true)
  })

  test('says of what kinds its other names are', () => {
    const names = [dns('n1'), implicit(7, Buffer.from([10, 0, 0, 1])), implicit(1, Buffer.from('a@b')), implicit(8, Buffer.from([42]))]
    expect([...readSigningRequest(written({ names })).alternativeKinds]).toEqual(['dns', 'ip', 'email', 'other'])
  })

  test.each<[string, string, string]>([
    ['of another type', '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----', 'PEM block type must be CERTIFICATE REQUEST'],
    ['that is empty', pem(Buffer.alloc(0)), 'it is no certificate request'],
    ['that is cut off', pem(sequence(Buffer.alloc(9)).subarray(0, 5)), 'a DER value is cut off'],
    [
      'that somebody else has signed',
      written({ signer: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }),
      'its signature is not that of its key',
    ],
    ['of an unknown algorithm', written({ algorithm: oid('1.2.840.10045.4.3.1') }), 'it is signed in a way that is not known here'],
  ])('%s is refused', (_name, text, why) => {
    expect(() => readSigningRequest(text)).toThrow(why)
  })

  test('with any byte changed is refused, or says the same', () => {
    const right = Buffer.from(written({ names: [dns('n1')] }).split('\n')[1]!, 'base64')
    fc.assert(
      fc.property(fc.nat(right.length - 1), fc.nat(255), (at, byte) => {
        const spoilt = Buffer.from(right)
        spoilt[at] = byte
        // What says who asks is signed; Node's own errors of what is no key are errors too.
        const who = () => readSigningRequest(pem(spoilt)).commonName
        try {
          expect(who()).toBe('ann')
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
          expect(error).not.toHaveProperty('matcherResult')
        }
      }),
    )
  })
})

describe('an authority signs', () => {
  const authority = new Authority(NOW)
  const signed = (how: Written, use: Parameters<Authority['sign']>[1]) =>
    new X509Certificate(authority.sign(readSigningRequest(written(how)), use, { notBefore: NOW - 300_000, notAfter: NOW + 3_600_000 }))

  test('for the name and the key of who asks', () => {
    const cert = signed({}, { purposes: ['client'], keyUsages: ['digitalSignature', 'keyEncipherment'] })
    expect(cert.subject).toBe('O=team\nO=other\nCN=ann')
    expect(cert.publicKey.equals(EC.publicKey)).toBe(true)
    expect(cert.verify(new X509Certificate(authority.cert).publicKey)).toBe(true)
    expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    expect([cert.validFromDate.getTime(), cert.validToDate.getTime()]).toEqual([NOW - 300_000, NOW + 3_600_000])
    expect(cert.subjectAltName).toBeUndefined()
  })

  test('for the other names too', () => {
    const cert = signed({ names: [dns('n1')] }, { purposes: ['server'], keyUsages: [] })
    expect([cert.checkHost('n1'), cert.checkHost('n2')]).toEqual(['n1', undefined])
  })

  test('for no longer than it lives itself', () => {
    const use = { purposes: ['client'], keyUsages: ['keyEncipherment'] } as const
    const text = authority.sign(readSigningRequest(written()), use, { notBefore: NOW, notAfter: NOW * 2 })
    expect(new X509Certificate(text).validToDate.getTime()).toBe(authority.notAfter)
  })
})
