import { eventually } from '@kubewright/testing'
import fc from 'fast-check'
import { checkConversions } from 'kubewright/testing/properties'
import { expect, test } from 'vitest'
import { Backup } from '../../examples/07-versions/backup.ts'
import { testReadme, useExample } from './example.ts'
import { freePort } from './free-port.ts'

const example = useExample('07-versions', [])

test('the conversions lose nothing', () => {
  checkConversions(fc, Backup)
})

testReadme('07-versions', example)

test('each version reads and changes what the other has written', async () => {
  const port = await freePort()
  const flags = ['--install-crds', '--webhook-port', String(port), '--webhook-url', `https://127.0.0.1:${port}`]
  const program = await example.start('backup.ts', { flags })
  const namespace = await example.namespace()
  const old = await example.client.resource(Backup.inVersion('v1beta1'))
  const current = await example.client.resource(Backup)
  const made = { metadata: { namespace, name: 'a' }, spec: { target: 's3://bucket/path' } }
  await eventually(() => old.create(Backup.inVersion('v1beta1').of(made)))
  expect((await current.get(made.metadata)).spec).toEqual({ every: '24h', target: { bucket: 'bucket', path: 'path' } })
  await current.patch(made.metadata, { type: 'merge', body: { spec: { every: '1h', target: { path: 'other/path' } } } })
  expect((await old.get(made.metadata)).spec).toEqual({ every: '1h', target: 's3://bucket/other/path' })
  await eventually(async () => expect((await old.get(made.metadata)).status).toEqual({ place: 'bucket, other/path' }))
  await program.stop()
})
