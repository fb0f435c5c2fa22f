// `kubewright up`: a stranger's first minute.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { ConfigMap, connect, Secret } from '@kubewright/client'
import { type Condition, findCondition, type Kind, type KubeObject } from '@kubewright/core'
import { GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { AccessKey, Bucket, BucketPolicy, IAMPolicy, Provider, User } from '@kubewright/operator-s3'
import { eventually } from '@kubewright/testing'
import { expect, onTestFinished } from 'vitest'
import { test } from './program.ts'

test('it says where its kubeconfig is and that it is ready; policies are there, and objects go', async ({ kubewright }) => {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-up-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'token'), 'a-token-of-actions')
  const program = kubewright([
    ...['up', '--write-kubeconfig', join(folder, 'kubeconfig')],
    ...['--dashboard-actions-token-file', join(folder, 'token')],
  ])
  const path = (await program.says(/^kubeconfig: (.+)$/))[1]!
  await program.says(/ready in (\d+) ms/)
  const client = await connect({ kubeconfig: path })
  onTestFinished(() => client.close())
  const policies = await client.resource(GarbageCollectionPolicy)
  expect((await policies.list()).items.length).toBeGreaterThan(0)
  const count = async () =>
    (await (await client.resource(ConfigMap)).list()).items.length + (await (await client.resource(Secret)).list()).items.length
  const before = await count()
  expect(before).toBeGreaterThan(100)
  await eventually(async () => expect(await count()).toBeLessThan(before), { timeout: 45_000, interval: 250 })
  const [, dashboard = ''] = await program.says(/^dashboard: (\S+)/)
  const acts = async (token: string) =>
    (await fetch(new URL('/api/actions/check', dashboard), { method: 'POST', headers: { 'kubewright-actions-token': token } })).status
  expect([await acts('a-token-of-actions'), await acts('another')]).toEqual([200, 401])
  program.kill('SIGINT')
  expect(await program.ended).toBe(0)
})

test('--data-dir: what was made is there the next time, and no examples come over it', async ({ kubewright }) => {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-up-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const kubeconfig = join(folder, 'kubeconfig')
  const start = async () => {
    const program = kubewright(['up', '--only', 'gc', '--data-dir', join(folder, 'data'), '--write-kubeconfig', kubeconfig])
    const [, examples] = await program.says(/^operators: gc \((\d+) example objects\)$/)
    const client = await connect({ kubeconfig })
    return { program, client, examples: Number(examples) }
  }
  const first = await start()
  expect(first.examples).toBeGreaterThan(0)
  await (await first.client.resource(ConfigMap)).create({ metadata: { name: 'kept', namespace: 'default' } })
  await first.client.close()
  first.program.kill('SIGINT')
  expect(await first.program.ended).toBe(0)
  const { client, examples } = await start()
  onTestFinished(() => client.close())
  expect(examples).toBe(0)
  expect((await (await client.resource(ConfigMap)).get({ name: 'kept', namespace: 'default' })).metadata.name).toBe('kept')
})

test('the S3 server in the same process has what the examples say, and the key in a Secret opens it', async ({ kubewright }) => {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-up-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const kubeconfig = join(folder, 'kubeconfig')
  const program = kubewright(['up', '--only', 's3', '--write-kubeconfig', kubeconfig])
  const endpoint = (await program.says(/^s3: (\S+)/))[1]!
  await program.says(/ready in (\d+) ms/)
  const client = await connect({ kubeconfig })
  onTestFinished(() => client.close())
  const namespace = 's3-demo'
  for (const kind of [Provider, Bucket, User, IAMPolicy, AccessKey, BucketPolicy]) {
    const resource = await client.resource(kind as Kind<KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } }>)
    await eventually(
      async () => {
        const { items } = await resource.list({ namespace })
        expect(items.length).toBeGreaterThan(0)
        expect(items.map(({ status }) => findCondition(status?.conditions, 'Ready')?.status)).toEqual(items.map(() => 'True'))
      },
      { timeout: 30_000 },
    )
  }
  const { data = {} } = await (await client.resource(Secret)).get({ namespace, name: 'photos-accesskey-credentials' })
  const [accessKeyId = '', secretAccessKey = ''] = ['access-key-id', 'secret-access-key'].map((key) =>
    Buffer.from(data[key] ?? '', 'base64').toString(),
  )
  const storage = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
  onTestFinished(() => storage.destroy())
  await storage.send(new PutObjectCommand({ Bucket: 'shop-photos', Key: 'a', Body: 'x' }))
  await expect(storage.send(new ListObjectsV2Command({ Bucket: 'shop-reports' }))).rejects.toMatchObject({ name: 'AccessDenied' })
})
