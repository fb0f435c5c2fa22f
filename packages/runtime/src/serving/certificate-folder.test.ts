import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Authority, type Pair } from '@kubewright/core/certificates'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { Registry } from 'prom-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLogger } from '../log/logger.ts'
import { CertificateMetrics } from '../metrics/certificate-metrics.ts'
import { certificateFromFolder } from './certificate-folder.ts'
import { serveHttp } from './http-server.ts'
import { selfSignedCertificate } from './self-signed.ts'
import type { ServingCertificate } from './serving-certificate.ts'

const authority = new Authority(Date.now())
const pairNamed = (name: string) => authority.server(['127.0.0.1'], name)

function folderWith(pair: Partial<Pair>) {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-certificates-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = ({ cert, key }: Partial<Pair>) => {
    if (cert !== undefined) writeFileSync(join(folder, 'tls.crt'), cert)
    if (key !== undefined) writeFileSync(join(folder, 'tls.key'), key)
  }
  write(pair)
  return { folder, write }
}

async function start(pair: Pair) {
  const { folder, write } = folderWith(pair)
  const clock = virtualClock()
  const lines: string[] = []
  const log = createLogger({ destination: { write: (line) => lines.push(line) } })
  const registry = new Registry()
  const meter = new CertificateMetrics(registry)
  const { certificate, run } = await certificateFromFolder({ flag: '--metrics-cert-dir', folder, clock, log, meter })
  const stop = new AbortController()
  const running = run(stop.signal)
  const counts = async () =>
    (await registry.getMetricsAsJSON()).map(({ values }) => (values as readonly { readonly value: number }[])[0]?.value ?? 0)
  const finish = async () => {
    stop.abort()
    await running
    expect(clock.pending).toBe(0)
  }
  /** Ten seconds pass, and the files are read, which takes real time. */
  const look = async (seen: () => boolean | Promise<boolean>) => {
    await clock.advance(10_000)
    await expect.poll(seen, { timeout: 5_000 }).toBe(true)
  }
  return { certificate, write, finish, counts, lines, look }
}

/** The name in the certificate that a new connection is shown. */
async function served(address: string): Promise<string | undefined> {
  const asked = request(`https://${address}/`, { ca: authority.cert, agent: false }).end()
  return await new Promise((resolve, reject) => {
    asked.once('error', reject)
    asked.once('response', (response) => {
      resolve(String((response.socket as import('node:tls').TLSSocket).getPeerCertificate().subject.CN))
      response.resume()
    })
  })
}

async function serve(certificate: ServingCertificate) {
  const endpoint = (await serveHttp('--flag', '127.0.0.1:0', async () => ({ status: 200, body: 'hello' }), { certificate }))!
  onTestFinished(() => endpoint.close())
  return endpoint.address
}

describe('a certificate in a folder', () => {
  test('is served, and its successor as soon as it is there, without a restart and without closing anything', async () => {
    const { certificate, write, finish, counts, look } = await start(pairNamed('first'))
    const address = await serve(certificate)
    expect(await served(address)).toBe('first')
    write(pairNamed('second'))
    await look(async () => (await served(address)) === 'second')
    expect(await counts()).toEqual([2, 0])
    await finish()
  })

  test('stays in use while half of its successor is written, and the trouble is told once', async () => {
    const first = pairNamed('first')
    const { certificate, write, finish, counts, lines, look } = await start(first)
    const second = pairNamed('second')
    write({ cert: second.cert })
    await look(async () => (await counts())[1] === 1)
    await look(async () => (await counts())[1] === 2)
    expect(certificate.current).toEqual(first)
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { level: 'error', problem: 'tls.key is not the key of the certificate in tls.crt' },
    ])
    write({ key: second.key })
    await look(() => certificate.current.cert === second.cert)
    await finish()
  })

  test('that was not changed is not counted as read again', async () => {
    const { finish, counts, look } = await start(pairNamed('first'))
    await look(() => true)
    expect(await counts()).toEqual([1, 0])
    await finish()
  })

  test.each<[string, Partial<Pair>, RegExp]>([
    ['is missing', {}, /^--metrics-cert-dir .*ENOENT/],
    ['is none', { cert: 'x', key: 'y' }, /^--metrics-cert-dir .*: tls.crt holds no certificate in PEM$/],
    ['has no key', { cert: pairNamed('a').cert, key: 'sesame' }, /^--metrics-cert-dir .*: tls.key holds no private key in PEM$/],
    ['has the key of another', { cert: pairNamed('a').cert, key: pairNamed('b').key }, /is not the key of the certificate/],
  ])('that %s at the start is refused with the flag', async (_, pair, message) => {
    const meter = new CertificateMetrics(new Registry())
    const options = { flag: '--metrics-cert-dir', folder: folderWith(pair).folder, clock: virtualClock(), log: createLogger(), meter }
    await expect(certificateFromFolder(options)).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(message),
    })
  })
})

test('a self-signed certificate is replaced a month before it runs out', async () => {
  const clock = virtualClock()
  const { certificate, run } = selfSignedCertificate(clock)
  const stop = new AbortController()
  const running = run(stop.signal)
  const first = certificate.current
  await clock.advance(334 * 86_400_000)
  expect(certificate.current).toBe(first)
  await clock.advance(2 * 86_400_000)
  expect(certificate.current).not.toBe(first)
  stop.abort()
  await running
  expect(clock.pending).toBe(0)
})
