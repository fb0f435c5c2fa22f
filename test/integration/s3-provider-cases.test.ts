// Cases of providers and their credentials, each with the number that it has in docs/s3/cases.md.
import { Secret } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { Bucket, Provider, User } from '@kubewright/operator-s3'
import { eventually, fakeS3 } from '@kubewright/testing'
import { expect } from 'vitest'
import { useS3 } from './s3-bench.ts'
import type { S3Site } from './s3-site.ts'

const s3Bench = useS3()
const { bench, test } = s3Bench

const providerRef = { name: 'store' }
const plain = { providerRef, autoManage: { enabled: false } }
const base64 = (text: string) => Buffer.from(text).toString('base64')

const says = (site: S3Site, kind: unknown, name: string, expected: object, type = 'Ready') =>
  eventually(async () => expect(await site.condition(kind as Kind<KubeObject>, name, type)).toMatchObject(expected), { timeout: 20_000 })

test('4.5-1 a Secret that is not there, or lacks its key, is told by its name, and what comes later is taken up', async ({ site }) => {
  await site.provider()
  await site.ready(Provider, 'store')
  await site.patch(Secret, 'admin', { data: { 'secret-key': null } })
  await says(site, Provider, 'store', { status: 'False', message: expect.stringContaining('"secret-key" of Secret "admin"') })
  await site.patch(Provider, 'store', { spec: { auth: { accessKeySecretRef: { name: 'none' } } } })
  await says(site, Provider, 'store', { status: 'False', reason: 'SecretNotFound', message: expect.stringContaining('/none"') })
  const { accessKeyId, secretAccessKey } = s3Bench.server.credentials
  await (await bench.client.resource(Secret)).create({
    metadata: site.at('none'),
    // With the line break that "echo" leaves.
    data: { 'access-key': base64(`${accessKeyId}\n`) },
  } as unknown as Secret)
  await site.patch(Secret, 'admin', { data: { 'secret-key': base64(secretAccessKey) } })
  await site.ready(Provider, 'store')
})

test('4.5-2 credentials that were wrong and are corrected heal everything that hangs on them, without an edit', async ({ site }) => {
  await site.provider()
  await site.patch(Secret, 'admin', { data: { 'secret-key': base64('wrong') } })
  await site.create(Bucket, 'b', { ...plain, name: `${site.namespace}-b` })
  await says(site, Provider, 'store', { status: 'False' }, 'AuthValid')
  await says(site, Bucket, 'b', { status: 'False', reason: 'ProviderNotReady' })
  await site.patch(Secret, 'admin', { data: { 'secret-key': base64(s3Bench.server.credentials.secretAccessKey) } })
  await site.ready(Bucket, 'b')
})

test('4.5-3 a certificate of an authority that is not known is not taken; with its authority it is', async ({ site }) => {
  await using safe = await fakeS3({ tls: true, credentials: s3Bench.server.credentials })
  await site.provider({ endpoint: safe.address, iamEndpoint: safe.address })
  await says(site, Provider, 'store', { status: 'False', message: expect.stringMatching(/certificate|SELF_SIGNED|UNABLE_TO/i) })
  expect(safe.journal.all).toEqual([])
  await (await bench.client.resource(Secret)).create({ metadata: site.at('ca'), data: { 'ca.crt': base64(safe.ca) } } as unknown as Secret)
  await site.patch(Provider, 'store', { spec: { tls: { caCertSecretRef: { name: 'ca' } } } })
  await site.ready(Provider, 'store')
})

test('4.5-4 4.5-5 a server that is away or does not answer keeps nobody else waiting, and is taken up when it is back', async ({
  site,
}) => {
  await using other = await fakeS3({ credentials: s3Bench.server.credentials })
  const answers = other.faults.add({ is: 'hang' })
  await site.provider()
  const { spec } = await site.get(Provider, 'store')
  await site.create(Provider, 'hung', { ...spec, endpoint: other.address, iamEndpoint: other.address, timeoutSeconds: 2 })
  for (let at = 0; at < 20; at++)
    await site.create(Bucket, `hung-${at}`, { ...plain, providerRef: { name: 'hung' }, name: `${site.namespace}-hung-${at}` })
  await site.create(Bucket, 'b', { ...plain, name: `${site.namespace}-b` })
  await site.ready(Bucket, 'b')
  await says(site, Bucket, 'hung-0', { status: 'False', reason: 'ProviderNotReady' })
  answers()
  await other.down()
  await says(site, Provider, 'hung', { status: 'False', reason: 'Transient' })
  await other.up()
  await eventually(async () => expect(await site.condition(Bucket as never, 'hung-0')).toMatchObject({ status: 'True' }), {
    timeout: 60_000,
  })
})

test('4.5-6 credentials of another account are refused: nothing is written with them', async ({ site }) => {
  await using two = await fakeS3()
  const stranger = two.addAccount('222222222222')
  await site.provider({ endpoint: two.address, iamEndpoint: two.address })
  const credentials = (id: string, secret: string) =>
    site.patch(Secret, 'admin', { data: { 'access-key': base64(id), 'secret-key': base64(secret) } })
  await credentials(two.credentials.accessKeyId, two.credentials.secretAccessKey)
  await site.ready(Provider, 'store')
  await credentials(stranger.accessKeyId, stranger.secretAccessKey)
  await says(site, Provider, 'store', { status: 'False', reason: 'IdentityChanged', message: expect.stringContaining('222222222222') })
  await site.create(Bucket, 'b', { ...plain, name: `${site.namespace}-b` })
  await says(site, Bucket, 'b', { status: 'False', reason: 'ProviderNotReady' })
  expect(two.journal.writes).toEqual([])
})

test('4.5-7 without an address of IAM there are buckets, and users say what is missing', async ({ site }) => {
  await site.provider({ iamEndpoint: undefined })
  await site.create(Bucket, 'b', { ...plain, name: `${site.namespace}-b` })
  await site.create(User, 'u', { providerRef, name: `${site.namespace}-u` })
  await site.ready(Bucket, 'b')
  await says(site, User, 'u', { status: 'False', reason: 'Unsupported', message: expect.stringContaining('iamEndpoint') })
})

test('4.5-8 an address of the machine’s own is never asked', async ({ site }) => {
  await site.provider({ endpoint: 'http://169.254.169.254' })
  await says(site, Provider, 'store', {
    status: 'False',
    reason: 'EndpointNotAllowed',
    message: expect.stringContaining('169.254.169.254'),
  })
})
