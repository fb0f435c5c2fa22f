import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { inspectAuthority, inspectServer } from './inspection.ts'
import { newAuthority, newServer } from './issue.ts'
import { bundleOf, dataOf, type Material, materialOf } from './material.ts'

const NOW = Date.UTC(2026, 0, 1)
const YEAR = 365 * 86_400_000
const NAMES = ['hook.shop.svc', '127.0.0.1']
const [authority, next] = [newAuthority(NOW, 10 * YEAR), newAuthority(NOW, 10 * YEAR)]
const server = newServer(authority, NAMES, NOW, YEAR)

describe('what is issued', () => {
  test('is a server certificate of the authority, for its names, for its time', () => {
    expect(inspectServer(server, authority, NAMES)).toEqual({ notBefore: NOW - 3_600_000, notAfter: NOW + YEAR })
    expect(inspectAuthority(authority)).toEqual({ notBefore: NOW - 3_600_000, notAfter: NOW + 10 * YEAR })
  })

  test('does not outlive its authority', () => {
    const short = newAuthority(NOW, 1000_000)
    expect(inspectServer(newServer(short, NAMES, NOW, YEAR), short, NAMES)?.notAfter).toBe(NOW + 1000_000)
  })

  test('two authorities are never taken for each other', () => {
    const subjects = [authority, next].map(({ cert }) => new X509Certificate(cert).subject)
    expect(new Set(subjects).size).toBe(2)
  })

  test.each<[string, () => unknown]>([
    ['a certificate of another authority', () => inspectServer(server, next, NAMES)],
    ['for other names', () => inspectServer(server, authority, ['other.shop.svc'])],
    ['with the key of another', () => inspectServer({ ...server, key: authority.key }, authority, NAMES)],
    ['that is none', () => inspectServer({ cert: 'x', key: 'y' }, authority, NAMES)],
    ['an authority that is none', () => inspectAuthority(server)],
  ])('%s cannot be used', (_, inspect) => expect(inspect()).toBeUndefined())
})

describe('the Secret', () => {
  const phases: readonly Material[] = [
    { is: 'steady', authority, server },
    { is: 'announcing', authority, server, next },
    { is: 'retiring', authority: next, server, previous: authority.cert },
  ]
  test.each(phases.map((material) => [material.is, material] as const))('holds all of it: %s', (_, material) => {
    expect(materialOf(dataOf(material))).toEqual(material)
  })

  test('publishes the same bundle before and after the switch, so that no configuration is written for it', () => {
    const [, announcing, retiring] = phases.map(bundleOf)
    expect(announcing).toBe(authority.cert + next.cert)
    expect(retiring).toBe(announcing)
  })

  test('of cert-controller is taken over', () => {
    const text = (value: string) => Buffer.from(value).toString('base64')
    const data = { 'ca.crt': authority.cert, 'ca.key': authority.key, 'tls.crt': server.cert, 'tls.key': server.key }
    expect(materialOf(Object.fromEntries(Object.entries(data).map(([key, value]) => [key, text(value)])))).toEqual(phases[0])
  })

  test.each([{}, { 'tls.crt': 'eA==', 'tls.key': 'eA==' }, { 'ca.crt': 'eA==', 'ca.key': 'eA==' }])(
    'with a part missing is none: %j',
    (data) => {
      expect(materialOf(data)).toBeUndefined()
    },
  )
})
