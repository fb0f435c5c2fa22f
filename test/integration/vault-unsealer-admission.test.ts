// What the API server asks the vault-unsealer before it takes a VaultUnsealer.
import { randomBytes } from 'node:crypto'
import { rbacV1, Secret } from '@kubewright/client'
import { isApiError } from '@kubewright/core'
import { VaultUnsealer, VaultUnsealerGrant, vaultUnsealer } from '@kubewright/operator-vault-unsealer'
import { eventually } from '@kubewright/testing'
import { webhookServer } from '@kubewright/webhook'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { failure, useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { type RunningManager, startManager } from './managers.ts'
import { useSecretSearch } from './secret-search.ts'

const search = useSecretSearch()
const bench = useCluster({ apiServerFlags: search.audit.flags })

type Spec = Parameters<typeof VaultUnsealer.of>[0]['spec']

const GOOD: Spec = {
  vault: { url: 'https://vault.vault.svc:8200' },
  unsealKeysSecretRefs: [{ name: 'keys', key: 'keys' }],
  vaultLabelSelector: 'app in (vault),!canary',
}

let running: RunningManager
let namespace: string
const warned: string[] = []

beforeAll(async () => {
  await installKind(bench.client, VaultUnsealer)
  await installKind(bench.client, VaultUnsealerGrant)
  namespace = await bench.namespace()
  const server = webhookServer({
    name: 'kubewright-vault-unsealer',
    namespace: 'default',
    reach: { url: 'https://127.0.0.1:0' },
    bindAddress: '127.0.0.1:0',
    hooks: vaultUnsealer.webhooks!,
  })
  running = startManager(bench.cluster.connection, [server], { preStopDelay: 0 })
  await Promise.race([server.whenServing!(AbortSignal.timeout(30_000)), running.ended.then((error) => Promise.reject(error))])
  let probes = 0
  await eventually(
    async () => expect(String(await failure(create(`probe-${++probes}`, { vault: { url: 'vault' } })))).toContain('spec.vault.url'),
    {
      timeout: 30_000,
    },
  )
  // A user who may create VaultUnsealers, and read one Secret.
  const roles = await bench.client.resource(rbacV1.Role)
  await roles.create({
    metadata: { namespace, name: 'author' },
    rules: [
      { apiGroups: ['ops.autounseal.vault.io'], resources: ['vaultunsealers'], verbs: ['create', 'patch', 'get'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['own'], verbs: ['get'] },
    ],
  })
  await (await bench.client.resource(rbacV1.RoleBinding)).create({
    metadata: { namespace, name: 'author' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'author' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
  })
}, 90_000)
afterAll(() => running.stop())

const client = () => bench.cluster.client({ onWarning: (text) => void warned.push(text) })
const create = async (name: string, over: Partial<Spec> = {}, as = client()) =>
  (await as.resource(VaultUnsealer)).create(VaultUnsealer.of({ metadata: { namespace, name }, spec: { ...GOOD, ...over } as Spec }))
const jane = () => client().impersonate({ user: 'jane' })

test('the sample is taken, with a set-based selector, which the original refused; it is not warned of', async () => {
  await create('good')
  expect(warned.filter((text) => text.startsWith('spec.'))).toEqual([])
})

test('all that is wrong is told at once, field by field', async () => {
  const error = await failure(
    create('bad', {
      vault: { url: 'http://vault:8200' },
      vaultLabelSelector: 'app in (',
      unsealKeysSecretRefs: [
        { name: 'keys', key: 'keys' },
        { name: 'keys', key: 'keys', namespace },
      ],
    }),
  )
  expect(isApiError(error)).toBe(true)
  for (const field of ['spec.vault.url', 'spec.vaultLabelSelector', 'spec.unsealKeysSecretRefs[1]']) expect(String(error)).toContain(field)
})

test('what is seldom meant is warned of', async () => {
  await create('odd', { mode: { ha: false }, interval: '5s', keyThreshold: 30 })
  for (const field of ['spec.mode.ha', 'spec.interval', 'spec.keyThreshold']) expect(warned.join('\n')).toContain(field)
})

test('1.6.17: who may create a VaultUnsealer cannot name a Secret that he may not read, nor change one of somebody else to his ends', async () => {
  await eventually(() =>
    create(`own-${Math.random().toString(36).slice(2, 8)}`, { unsealKeysSecretRefs: [{ name: 'own', key: 'keys' }] }, jane()),
  )
  const share = randomBytes(33)
  search.lookFor({ name: 'share', bytes: share })
  await (await bench.client.resource(Secret)).create({ metadata: { namespace, name: 'keys' }, data: { keys: share.toString('base64') } })
  const refusal = String(await failure(create('theirs', {}, jane())))
  expect(refusal).toContain('you may not read Secret')
  await create('redirected')
  const change = { type: 'merge', body: { spec: { vault: { url: 'https://rogue.test:8200' } } } } as const
  const unsealers = await jane().resource(VaultUnsealer)
  expect(String(await failure(unsealers.patch({ namespace, name: 'redirected' }, change)))).toContain('you may not read Secret')
  // What does not touch the spec is his business.
  await unsealers.patch({ namespace, name: 'redirected' }, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } })
  search.expectNone({ messages: `${refusal}\n${warned.join('\n')}`, log: running.lines.map(({ text }) => text).join('\n') })
})

test('who may read a Secret and not change it cannot have shares kept in it', async () => {
  const over = {
    unsealKeysSecretRefs: [{ name: 'own', key: 'keys' }],
    initialize: { shares: 3, threshold: 2, secretRef: { name: 'own', key: 'keys' } },
  }
  expect(String(await failure(create('kept', over, jane())))).toContain('you may not change Secret')
  await create('kept', over)
})
