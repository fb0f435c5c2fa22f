import type { Client } from '@kubewright/client'
import type { CrdManifest } from '@kubewright/schema'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { untilStored } from './storage-version.ts'

const spec = {
  group: 'example.dev',
  names: { kind: 'Shop', plural: 'shops' },
  versions: [{ name: 'v1', served: true, storage: true }],
} as unknown as CrdManifest['spec']

test('an API server that never stores the version, because another program has changed the CRD again, is not waited for without end', async () => {
  const clock = virtualClock()
  const resources = [{ name: 'shops', storageVersionHash: 'of another version' }]
  const client = { request: () => Promise.resolve({ resources }) } as unknown as Client
  const over = new AbortController()
  const waiting = untilStored(client, spec, { clock, timeout: 5_000, signal: over.signal }).catch((error: unknown) => error)
  await clock.advance(5_200)
  over.abort(new Error('still waiting'))
  expect(await waiting).toMatchObject({
    name: 'KindInstallError',
    message: expect.stringMatching(/^shops\.example\.dev: .*5000 ms/) as unknown,
  })
})
