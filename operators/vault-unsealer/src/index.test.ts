// The whole operator on an API server in this process, as it is installed: kinds, webhook, controller.
import { consistently, eventually, type RunningOperator, startOperator, startTestCluster, type TestCluster } from 'kubewright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { VaultUnsealer, vaultUnsealer } from './index.ts'

const NAMESPACE = 'default'
const requests: string[] = []
let cluster: TestCluster
let operator: RunningOperator

beforeAll(async () => {
  cluster = await startTestCluster({ server: 'embedded' })
  const observed: TestCluster = {
    ...cluster,
    client: (options) => cluster.client({ ...options, observe: ({ method }) => void requests.push(method) }),
  }
  operator = await startOperator(observed, vaultUnsealer)
}, 60_000)

afterAll(async () => {
  await operator.stop()
  await cluster.stop()
})

type Spec = Parameters<typeof VaultUnsealer.of>[0]['spec']

const unsealers = () => cluster.client().resource(VaultUnsealer)

async function create(name: string, vault: Spec['vault']) {
  const spec = { vault, unsealKeysSecretRefs: [{ name: 'keys', key: 'keys' }], vaultLabelSelector: 'app=vault', interval: '1h' }
  return (await unsealers()).create(VaultUnsealer.of({ metadata: { namespace: NAMESPACE, name }, spec }))
}

const get = async (name: string) => (await unsealers()).get({ namespace: NAMESPACE, name })

test('1.6.15: on an empty cluster it comes with its kinds, its webhook and the certificate for it: a wrong object is refused', async () => {
  let tries = 0
  await eventually(() => expect(create(`wrong-${++tries}`, { url: 'https://u:p@vault' })).rejects.toThrow('spec.vault.url'))
})

test('1.6.12, 1.6.18: the finalizer comes by a patch, and when everything is told nothing is written any more', async () => {
  requests.length = 0
  await create('quiet', { url: 'https://vault:8200' })
  await eventually(async () => expect((await get('quiet')).status?.conditions).toBeDefined())
  expect((await get('quiet')).metadata.finalizers).toEqual(['autounseal.vault.io/finalizer'])
  expect(requests).toContain('PATCH')
  expect(requests).not.toContain('PUT')
  const { resourceVersion } = (await get('quiet')).metadata
  await consistently(async () => expect((await get('quiet')).metadata.resourceVersion).toBe(resourceVersion), 800)
})

test('1.6.11: what a person has to mend is told once, and asked again at the interval, not over and over as an error', async () => {
  await create('lacking', { url: 'https://vault:8200', caBundleSecretRef: { name: 'gone', key: 'ca.crt' } })
  await eventually(async () =>
    expect((await get('lacking')).status?.conditions).toMatchObject([{ type: 'Ready', status: 'False', reason: 'TLSConfigInvalid' }]),
  )
  const reconciles = async () => {
    const text = await operator.manager.metrics.metrics()
    return Number(/^vault_unsealer_reconciliation_total\{vaultunsealer="lacking".*\} (\d+)$/m.exec(text)?.[1])
  }
  // The write of its own status is the last that concerns it.
  await eventually(async () => expect(await reconciles()).toBeGreaterThan(0))
  await consistently(async () => expect(await reconciles()).toBeLessThanOrEqual(4), 1_000)
})
