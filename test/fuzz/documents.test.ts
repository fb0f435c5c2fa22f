// Documents that come from outside, each right but for a few parts: what reads them answers or refuses in its own words, and nothing else happens.
import type { Client } from '@kubewright/client'
import { ConfigurationError, systemClock } from '@kubewright/core'
import { createLogger, Registry } from '@kubewright/runtime'
import { fakeVault, INSTANT_TIMINGS } from '@kubewright/testing'
import { isVaultError, vaultClient } from '@kubewright/vault'
import fc from 'fast-check'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { createExecCache } from '../../packages/client/src/exec/exec-cache.ts'
import { identityOf } from '../../packages/client/src/kubeconfig/identity-of.ts'
import { parseKubeconfig } from '../../packages/client/src/kubeconfig/kubeconfig.ts'
import { webhooks } from '../../packages/webhook/src/admission/definition.ts'
import { conversion } from '../../packages/webhook/src/conversion/conversion.ts'
import { request, Shop, shop } from '../../packages/webhook/src/fake/admission-bench.ts'
import { WebhookMetrics } from '../../packages/webhook/src/metrics/webhook-metrics.ts'
import { RequestError } from '../../packages/webhook/src/server/body.ts'
import { routesOf } from '../../packages/webhook/src/server/routes.ts'
import { hostile, runs } from './hostile-json.ts'

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([])
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

const KUBECONFIG = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'here',
  contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'team' } }],
  clusters: [
    {
      name: 'c',
      cluster: {
        server: 'https://127.0.0.1:6443',
        'tls-server-name': 'api',
        'insecure-skip-tls-verify': true,
        'proxy-url': 'http://127.0.0.1:1',
      },
    },
  ],
  users: [
    {
      name: 'u',
      user: { token: 't', as: 'ann', 'as-groups': ['g'], 'as-user-extra': { reason: ['x'] }, username: 'a', password: 'b' },
    },
    {
      name: 'plugin',
      user: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: 'no-such-command',
          args: ['a'],
          env: [{ name: 'A', value: 'b' }],
          interactiveMode: 'Never',
        },
      },
    },
  ],
}

test.each(['here', undefined])('a kubeconfig is read or refused (context %s)', async (context) => {
  const execCache = createExecCache()
  const options = { clock: systemClock, environment: {}, execCache, ...(context !== undefined && { context }) }
  await fc.assert(
    fc.asyncProperty(hostile(KUBECONFIG), async (document) => {
      try {
        const { credentials } = await identityOf(await parseKubeconfig(JSON.stringify(document), '/a/config'), options)
        credentials.close()
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error
      }
    }),
    runs(),
  )
})

function webhookRoutes() {
  return routesOf({
    hooks: [
      webhooks(Shop, {
        validate() {},
        default: ({ object }) => {
          const { spec } = object as { spec?: { replicas?: number } }
          if (typeof spec === 'object' && spec !== null) spec.replicas ??= 1
        },
      }),
    ],
    conversions: [
      conversion(Shop, {
        hub: 'v1',
        versions: ['v1beta1'],
        toHub: (_, object) => ({ ...object, spec: { ...(object['spec'] as object), image: 'x' } }),
        fromHub: (_, object) => object,
      }),
    ],
    client: {} as Client,
    clock: systemClock,
    log: createLogger({ level: 'silent' }),
    metrics: new WebhookMetrics(new Registry()),
  })
}

const ADMISSION = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: request({ object: shop({ image: 'a', tags: ['x'] }, { labels: { a: 'b' } }), oldObject: shop({ image: 'b' }) }),
}
const beta = (name: string) => ({
  apiVersion: 'example.dev/v1beta1',
  kind: 'Shop',
  metadata: { name, annotations: { a: 'b' } },
  spec: { replicas: 1 },
})
const CONVERSION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'ConversionReview',
  request: { uid: 'u', desiredAPIVersion: 'example.dev/v1', objects: [beta('a'), beta('b')] },
}

test.each([
  ['/mutate-example-dev-v1-shop', ADMISSION],
  ['/validate-example-dev-v1-shop', ADMISSION],
  ['/convert', CONVERSION],
])('a review to %s is answered under its own uid, or refused with 400', async (path, review) => {
  const route = webhookRoutes().get(path)!
  await fc.assert(
    fc.asyncProperty(hostile(review), async (document) => {
      // As it comes over the wire.
      const body = JSON.parse(JSON.stringify(document)) as { request: { uid: string } }
      try {
        const answer = await route.answer({ path, body, timeout: undefined, signal: new AbortController().signal })
        expect(JSON.parse(JSON.stringify(answer))).toMatchObject({ response: { uid: body.request.uid } })
      } catch (error) {
        if (!(error instanceof RequestError)) throw error
        expect(error.status).toBe(400)
      }
    }),
    runs(),
  )
})

const SEAL = {
  type: 'shamir',
  initialized: true,
  sealed: true,
  t: 3,
  n: 5,
  progress: 0,
  nonce: '',
  version: '1.21.2',
  migration: false,
  recovery_seal: false,
  storage_type: 'raft',
  removed_from_cluster: false,
}
const KV = {
  data: {
    data: { password: 'p' },
    metadata: { version: 3, created_time: '2026-01-01T00:00:00Z', deletion_time: '', destroyed: false, custom_metadata: { owner: 'x' } },
  },
  warnings: ['w'],
  errors: [],
}
const METADATA = {
  data: { current_version: 3, custom_metadata: { owner: 'x' }, versions: { '3': { deletion_time: '', destroyed: false } } },
}

test.each<[string, unknown, (client: ReturnType<typeof vaultClient>) => Promise<unknown>]>([
  ['a seal status', SEAL, (client) => client.sealStatus()],
  ['a health', { ...SEAL, standby: false }, (client) => client.health()],
  [
    'a leader',
    { ha_enabled: true, is_self: true, leader_address: 'https://a:8200', leader_cluster_address: 'https://a:8201' },
    (client) => client.leader(),
  ],
  ['a secret', KV, (client) => client.kvV2('secret').read('a')],
  ['the metadata of a secret', METADATA, (client) => client.kvV2('secret').metadata('a')],
])('%s of Vault is read, or it is no Vault', async (_, answer, call) => {
  const vault = await fakeVault({ timings: INSTANT_TIMINGS })
  onTestFinished(() => vault.stop())
  const auth = { method: 'token', token: vault.rootToken } as const
  const client = vaultClient({
    address: vault.address,
    allowPlaintext: true,
    retries: { attempts: 1 },
    ...(vault.ca !== '' && { tls: { ca: vault.ca } }),
    auth,
  })
  onTestFinished(() => client.close())
  await fc.assert(
    fc.asyncProperty(hostile(answer), fc.constantFrom(200, 200, 200, 404, 429, 503), async (body, status) => {
      const text = { type: 'application/json', content: JSON.stringify(body) }
      const remove = vault.nodes[0]!.fault({ is: 'answer', answer: { status, text } })
      try {
        await call(client)
      } catch (error) {
        if (!isVaultError(error)) throw error
      } finally {
        remove()
      }
    }),
    runs(3),
  )
})
