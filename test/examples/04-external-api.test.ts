import { isNotFound } from '@kubewright/core'
import { consistently, eventually } from '@kubewright/testing'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Cloud, startCloud } from '../../examples/04-external-api/cloud.ts'
import { Database } from '../../examples/04-external-api/database.ts'
import { testReadme, useExample } from './example.ts'

const example = useExample('04-external-api', [Database])

testReadme('04-external-api', example)

describe('a database', () => {
  let cloud: Cloud
  beforeEach(async () => {
    cloud = await startCloud()
    onTestFinished(() => cloud[Symbol.asyncDispose]())
  })

  const start = () => example.start('database.ts', { env: { CLOUD_URL: cloud.url } })

  async function created(size = 10) {
    const databases = await example.client.resource(Database)
    const at = { namespace: await example.namespace(), name: 'orders' }
    const { metadata } = await databases.create(Database.of({ metadata: at, spec: { size } }))
    return {
      databases,
      at,
      ready: async () => (await databases.get(at)).status?.conditions?.[0],
      patch: (spec: object) => databases.patch(at, { type: 'merge', body: { spec } }),
      /** What it has in the cloud; objects of other tests are there, too. */
      sizes: () => [...cloud.databases.values()].filter(({ tag }) => tag === metadata.uid).map((database) => database.size),
      gone: async () => expect(await databases.get(at).catch(isNotFound)).toBe(true),
    }
  }

  test('is ordered, changed and cancelled with its object', async () => {
    const program = await start()
    const { databases, at, ready, patch, sizes, gone } = await created()
    await eventually(async () => expect(await ready()).toMatchObject({ status: 'True', reason: 'Running' }))
    expect(cloud.databases.has((await databases.get(at)).status?.id ?? '')).toBe(true)
    await patch({ size: 20 })
    await eventually(() => expect(sizes()).toEqual([20]))
    await databases.delete(at)
    await eventually(gone)
    expect(sizes()).toEqual([])
    await program.stop()
  })

  test('is ordered once, though the answer was lost', async () => {
    const program = await start()
    cloud.trouble = 'lose'
    const { ready, sizes } = await created()
    await eventually(() => expect(sizes()).toEqual([10]))
    cloud.trouble = 'none'
    await eventually(async () => expect(await ready()).toMatchObject({ status: 'True' }))
    expect(sizes()).toEqual([10])
    await program.stop()
  })

  test('is ordered once, though the operator was killed between the order and its note of it', async () => {
    const first = await start()
    cloud.trouble = 'hang'
    const { ready, sizes } = await created()
    await eventually(() => expect(sizes()).toEqual([10]))
    expect(await ready()).toBeUndefined()
    await first.crash()
    cloud.trouble = 'none'
    const second = await start()
    await eventually(async () => expect(await ready()).toMatchObject({ status: 'True' }))
    expect(sizes()).toEqual([10])
    await second.stop()
  })

  test('is cancelled, though the operator was killed before it had noted the order', async () => {
    const first = await start()
    cloud.trouble = 'hang'
    const { databases, at, sizes, gone } = await created()
    await eventually(() => expect(sizes()).toEqual([10]))
    await first.crash()
    await databases.delete(at)
    cloud.trouble = 'none'
    const second = await start()
    await eventually(gone)
    expect(sizes()).toEqual([])
    await second.stop()
  })

  test('keeps its object while it cannot be cancelled', async () => {
    const program = await start()
    const { databases, at, ready, sizes, gone } = await created()
    await eventually(async () => expect(await ready()).toMatchObject({ status: 'True' }))
    cloud.trouble = 'refuse'
    await databases.delete(at)
    await consistently(async () => expect((await databases.get(at)).metadata.finalizers).toEqual(['example.dev/database']), 500)
    cloud.trouble = 'none'
    await eventually(gone)
    expect(sizes()).toEqual([])
    await program.stop()
  })

  test('that is refused is not asked for again until its object changes', async () => {
    const program = await start()
    const { ready, patch } = await created(1_000)
    await eventually(async () => expect(await ready()).toMatchObject({ status: 'False', reason: 'Refused' }))
    expect((await ready())?.message).toContain('422 {"message":"the largest size is 100"}')
    await patch({ size: 100 })
    await eventually(async () => expect(await ready()).toMatchObject({ status: 'True' }))
    await program.stop()
  })
})
