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
