// `kubewright up`: a stranger's first minute.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigMap, connect, Secret } from '@kubewright/client'
import { GarbageCollectionPolicy } from '@kubewright/operator-gc'
import { eventually } from '@kubewright/testing'
import { expect, onTestFinished } from 'vitest'
import { test } from './program.ts'

test('it says where its kubeconfig is and that it is ready; policies are there, and objects go', async ({ kubewright }) => {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-up-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const program = kubewright(['up', '--write-kubeconfig', join(folder, 'kubeconfig')])
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
