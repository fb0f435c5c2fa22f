// The vault-unsealer as the built program, with exactly the roles that its manifests print: no request is refused, and no right is left over.
import { ConfigMap, CustomResourceDefinition, Pod, Secret } from '@kubewright/client'
import { VaultUnsealer } from '@kubewright/operator-vault-unsealer'
import { eventually, type FakeVault, fakeVault, faultProxy } from '@kubewright/testing'
import { ROTATE_ANNOTATION } from '@kubewright/webhook'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import { freePort } from '../examples/free-port.ts'
import { failure, namesOf, useCluster } from './harness.ts'
import { auditLog, InstalledOperator, printedManifests } from './installed-operator.ts'
import { test } from './program.ts'
import { SecretGrep } from './secret-grep.ts'
import { hosts, PORT } from './vault-unsealer-site.ts'
import { type Wire, wire } from './wire.ts'

const audit = auditLog()
const bench = useCluster({ apiServerFlags: audit.flags })

let admin: Wire
beforeAll(async () => {
  admin = wire(bench.cluster.connection)
  const definitions = await bench.client.resource(CustomResourceDefinition)
  const printed = await printedManifests<CustomResourceDefinition>('vault-unsealer', '--only', 'crds')
  for (const definition of printed) await definitions.create(definition)
  await eventually(() => bench.client.request('GET', '/apis/ops.autounseal.vault.io/v1alpha1/vaultunsealers'))
  bench.client.discovery.invalidate()
})
afterAll(() => {
  admin[Symbol.dispose]()
  audit.dispose()
})

const BUDGET = 60_000

test('every request is allowed, and every right is used', { timeout: 240_000 }, async ({ kubewright }) => {
  const namespace = await bench.namespace()
  const at = (name: string) => ({ namespace, name })
  // A network that makes the server look like one of before streaming lists: there, caches list.
  const proxy = await faultProxy(bench.cluster.connection)
  onTestFinished(() => proxy.stop())
  proxy.inject({ is: 'status', code: 422 }, { parameter: 'sendInitialEvents' })
  const operator = await InstalledOperator.install(bench, admin, audit, {
    operator: 'vault-unsealer',
    namespace,
    roles: ['', 'webhooks'],
    through: proxy,
  })
  await using vault = await fakeVault({ nodes: 2, state: 'sealed', tls: true, names: ['vault.test'], hosts: hosts(2), port: PORT })
  const grep = new SecretGrep()
  grep.lookFor(...vault.shares.map(({ hex }, index) => ({ name: `share ${index + 1}`, bytes: Buffer.from(hex, 'hex') })))
  const pods = await bench.client.resource(Pod)
  for (const [index, { host }] of vault.nodes.entries()) {
    await pods.create({
      metadata: { ...at(`vault-${index}`), labels: { app: 'vault' } },
      spec: { containers: [{ name: 'vault', image: 'vault:1' }], automountServiceAccountToken: false },
    } as Parameters<typeof pods.create>[0])
    const status = { phase: 'Running', podIP: host, podIPs: [{ ip: host }] }
    await pods.patch(at(`vault-${index}`), { type: 'merge', body: { status } }, { subresource: 'status' })
  }
  await (await bench.client.resource(ConfigMap)).create({ metadata: at('ca'), data: { 'ca.crt': vault.ca } })
  await (await bench.client.resource(Secret)).create({
    metadata: { ...at('keys'), labels: { 'autounseal.vault.io/unsealer': 'main' } },
    stringData: { keys: vault.shares.map(({ base64 }) => base64).join('\n') },
  })
  const port = await freePort()
  const program = kubewright([
    ...['run', 'vault-unsealer', '--kubeconfig', operator.kubeconfig, '--leader-elect', '--log-format', 'json', '--log-level', 'debug'],
    ...['--metrics-bind-address', '127.0.0.1:0', '--health-probe-bind-address', '0'],
    ...['--webhook-url', `https://127.0.0.1:${port}`, '--webhook-port', String(port)],
  ])
  const unsealers = await bench.client.resource(VaultUnsealer)
  const spec = {
    vault: { url: `https://vault.test:${PORT}`, caBundleConfigMapRef: { name: 'ca', key: 'ca.crt' } },
    unsealKeysSecretRefs: [{ name: 'keys', key: 'keys' }],
    vaultLabelSelector: 'app=vault',
    interval: '5s',
  }
  let probes = 0
  const refused = { ...spec, vault: { url: 'vault' } }
  await eventually(
    async () => {
      const error = await failure(unsealers.create(VaultUnsealer.of({ metadata: at(`probe-${++probes}`), spec: refused })))
      expect(String(error)).toContain('spec.vault.url')
    },
    { timeout: BUDGET },
  )
  await unsealers.create(VaultUnsealer.of({ metadata: at('main'), spec }))
  await opened(vault)
  // The same is told of it each time: an event that has been there before.
  for (let restarts = 1; restarts <= 2; restarts++) {
    await vault.nodes[0]!.restart()
    await opened(vault)
  }
  await eventually(async () => expect((await unsealers.get(at('main'))).status?.summary).toBe('2/2'), { timeout: BUDGET })
  const certificates = at('kubewright-vault-unsealer-certificates')
  const rotate = { metadata: { annotations: { [ROTATE_ANNOTATION]: 'now' } } }
  await (await bench.client.resource(Secret)).patch(certificates, { type: 'merge', body: rotate })
  // Somebody else changes the finalizers at the same time: it is looked at once more.
  proxy.inject({ is: 'status', code: 422 }, { method: 'PATCH', path: /\/vaultunsealers\/main$/ }, 1)
  await unsealers.delete(at('main'))
  await eventually(async () => expect(namesOf((await unsealers.list({ namespace })).items)).not.toContain('main'))
  await operator.usedExactly()
  for (const kind of ['validating', 'mutating'])
    await bench.client
      .request('DELETE', `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations/kubewright-vault-unsealer`)
      .catch(() => undefined)
  program.kill('SIGTERM')
  expect(await program.ended).toBe(0)
  operator.refusedNothing()
  expect(grep.hitsIn({ log: [...program.stdout, ...program.stderr].join('\n') })).toEqual([])
})

const opened = (vault: FakeVault) =>
  eventually(() => expect(vault.nodes.map(({ sealed }) => sealed)).toEqual([false, false]), { timeout: BUDGET })
