// vault-sync as the built program, with exactly the roles that its manifests print in the cluster and exactly the policy and the role that `vault-sync policy`
// prints in Vault: everything that it can do is done, no request is refused on either side, and no right is left over on either side.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CronJob, CustomResourceDefinition, DaemonSet, Deployment, Job, Secret, StatefulSet } from '@kubewright/client'
import type { Kind, KubeObject } from '@kubewright/core'
import { eventually } from '@kubewright/testing'
import { ROTATE_ANNOTATION } from '@kubewright/webhook'
import { afterAll, beforeAll, expect } from 'vitest'
import { freePort } from '../examples/free-port.ts'
import { useCluster } from './harness.ts'
import { auditLog, InstalledOperator, printedManifests } from './installed-operator.ts'
import { run, test } from './program.ts'
import { auditVault, type Grant, unusedOf } from './vault-sync-audit.ts'
import { podSpec, Site, seal, sealableVault, unseal } from './vault-sync-site.ts'
import { runVaultWrite, trustCluster } from './vault-sync-trust.ts'
import { type Wire, wire } from './wire.ts'

const audit = auditLog()
const isReal = process.env['KUBEWRIGHT_TEST_SERVER'] === 'real'
const bench = useCluster({
  apiServerFlags: [...audit.flags, ...(isReal ? ['--enable-admission-plugins=OwnerReferencesPermissionEnforcement'] : [])],
})

let admin: Wire
beforeAll(async () => {
  admin = wire(bench.cluster.connection)
  const definitions = await bench.client.resource(CustomResourceDefinition)
  for (const definition of await printedManifests<CustomResourceDefinition>('vault-sync', '--only', 'crds'))
    await definitions.create(definition)
  for (const resource of ['vaultsyncs', 'vaultsyncorphans'])
    await eventually(() => bench.client.request('GET', `/apis/vault-sync.io/v1alpha1/${resource}`))
  bench.client.discovery.invalidate()
})
afterAll(() => {
  admin[Symbol.dispose]()
  audit.dispose()
})

interface PrintedPolicy {
  readonly policyName: string
  readonly policy: string
  readonly grants: readonly Grant[]
  readonly role: string
}

/** A Vault with the printed policy and the printed role, a namespace, and the operator that is installed in it and not started yet. */
async function prepare(...policyFlags: readonly string[]) {
  const vault = await sealableVault()
  await vault.admin('POST', 'sys/mounts/one', { type: 'kv', options: { version: '1' } })
  const site = await Site.open(bench, { vault, operator: 'elsewhere' })
  // The server looks like one of before streaming lists: there, caches list.
  site.proxy.inject({ is: 'status', code: 422 }, { parameter: 'sendInitialEvents' })
  const { namespace } = site
  const flags = ['--namespace', namespace, '--mount', 'secret', '--mount', 'one=1', ...policyFlags]
  const { code, stdout, stderr } = await run(['vault-sync', 'policy', '--output', 'json', ...flags])
  expect([code, stderr]).toEqual([0, ''])
  const printed = JSON.parse(stdout) as PrintedPolicy
  const uses = await auditVault(vault)
  await trustCluster(bench, vault)
  await vault.admin('PUT', `sys/policies/acl/${printed.policyName}`, { policy: printed.policy })
  await runVaultWrite(vault, printed.role)
  const roles = ['', 'webhooks']
  const installed = await InstalledOperator.install(bench, admin, audit, { operator: 'vault-sync', namespace, roles, through: site.proxy })
  const jwtFile = join(audit.folder, `${namespace}.jwt`)
  writeFileSync(jwtFile, /"token": "([^"]+)"/.exec(readFileSync(installed.kubeconfig, 'utf8'))![1]!)
  const port = await freePort()
  const args = [
    ...['run', 'vault-sync', '--kubeconfig', installed.kubeconfig, '--leader-elect', '--log-format', 'json'],
    ...['--metrics-bind-address', '0', '--health-probe-bind-address', '0'],
    ...['--webhook-url', `https://127.0.0.1:${port}`, '--webhook-port', String(port)],
    ...['--vault-sync-vault-addr', vault.address, '--vault-sync-vault-jwt-file', jwtFile],
    ...['--vault-sync-cleanup-deadline', '2s', '--vault-sync-drift-interval', '0'],
    ...['--vault-sync-requests-per-second', '1000', '--vault-sync-requests-burst', '1000'],
  ]
  return { site, installed, args, grants: printed.grants, uses: () => uses(printed.policyName) }
}

const KINDS: readonly (readonly [apiVersion: string, kind: string, type: Kind<KubeObject>, spec: object])[] = [
  ['apps/v1', 'Deployment', Deployment as never, workload({ replicas: 0 })],
  ['apps/v1', 'StatefulSet', StatefulSet as never, workload({ replicas: 0, serviceName: 'x' })],
  ['apps/v1', 'DaemonSet', DaemonSet as never, workload({})],
  ['batch/v1', 'Job', Job as never, job()],
  ['batch/v1', 'CronJob', CronJob as never, { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: job() } }],
]

function workload(over: object): object {
  return { ...over, selector: { matchLabels: { app: 'x' } }, template: { metadata: { labels: { app: 'x' } }, spec: podSpec(['db']) } }
}

function job(): object {
  return { suspend: true, template: { spec: podSpec(['db'], { restartPolicy: 'Never' }) } }
}

/** Each kind comes, is in Vault, and goes. */
async function eachKind(site: Site): Promise<void> {
  await site.secret('db', { user: 'shop' })
  for (const [apiVersion, kind, type, spec] of KINDS) {
    const name = kind.toLowerCase()
    const annotations = { 'vault-sync.io/path': `secret/${site.namespace}/${name}`, 'vault-sync.io/deletion-policy': 'DeleteAll' }
    const resource = await site.resource(type)
    await resource.create({ apiVersion, kind, metadata: { ...site.at(name), annotations }, spec } as KubeObject)
    await site.inVault(`${site.namespace}/${name}/db`, 1, { user: 'shop' })
    await site.says(name, name, 'Synced')
    // Somebody else changed the list of finalizers at the same moment: it is read anew.
    for (const plural of [`${name}s`, 'vaultsyncs'])
      site.proxy.inject({ is: 'status', code: 422 }, { method: 'PATCH', path: new RegExp(`/${plural}/[^/]+$`) }, 1)
    await resource.delete(site.at(name), { propagationPolicy: 'Background' })
    await site.gone(type, name)
    expect(await site.holds(`${site.namespace}/${name}/db`)).toBeUndefined()
  }
}

/** Each way to write, and each way to go. */
async function eachDeed(site: Site): Promise<void> {
  const { namespace } = site
  for (const policy of ['Retain', 'SoftDelete', 'Destroy', 'DeleteAll']) {
    const name = policy.toLowerCase()
    await site.secret(name, { key: 'a' }, { path: `secret/${namespace}/${name}`, 'deletion-policy': policy })
    await site.inVault(`${namespace}/${name}`, 1, { key: 'a' })
    await site.change(name, { key: 'b' })
    await site.inVault(`${namespace}/${name}`, 2, { key: 'b' })
    await site.says('secret', name, 'Synced')
    await site.annotate(Secret, name, { resync: 'once more' })
    await eventually(async () => expect((await site.sync('secret', name))?.status?.seenResync).toBe('once more'))
    await site.delete(Secret, name)
    await site.gone(Secret, name)
  }
  const kv = site.root.kvV1('one')
  await site.secret('old', { key: 'a' }, { path: `one/${namespace}/old`, 'deletion-policy': 'DeleteAll' })
  await eventually(async () => expect(await kv.read(`${namespace}/old`)).toEqual({ key: 'a' }), { timeout: 20_000 })
  await site.change('old', { key: 'b' })
  await eventually(async () => expect(await kv.read(`${namespace}/old`)).toEqual({ key: 'b' }), { timeout: 20_000 })
  await site.says('secret', 'old', 'Synced')
  await site.delete(Secret, 'old')
  await site.gone(Secret, 'old')
  expect(await kv.read(`${namespace}/old`)).toBeUndefined()
}

/** What is deleted while Vault is away leaves a record, which is retried until it is gone. */
async function anOrphan(site: Site): Promise<void> {
  const path = `${site.namespace}/late`
  await site.secret('late', { key: 'a' }, { path: `secret/${path}`, 'deletion-policy': 'DeleteAll' })
  await site.inVault(path, 1, { key: 'a' })
  await site.says('secret', 'late', 'Synced')
  await seal(site)
  await site.delete(Secret, 'late')
  await site.gone(Secret, 'late')
  await eventually(async () => expect((await site.orphans())[0]?.status?.attempts).toBeGreaterThan(0), { timeout: 20_000 })
  await unseal(site)
  await eventually(async () => expect(await site.orphans()).toEqual([]), { timeout: 30_000 })
  expect(await site.holds(path)).toBeUndefined()
}

/** Asked by an admission plugin, and not by a request: without it nothing could be made where blocking owner references are checked, as on the real server here. */
const BLOCKING = Object.fromEntries(
  ['secrets', 'deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'jobs.batch', 'cronjobs.batch'].map((resource) => [
    `update ${resource}/finalizers`,
    'blocking owner references',
  ]),
)

test('2.6.18: every kind, deed and end, with its own roles and the printed policy alone: nothing is refused here or in Vault, and nothing is left over', async ({
  kubewright,
}) => {
  const { site, installed, args, grants, uses } = await prepare()
  const program = kubewright(args)
  await eachKind(site)
  await eachDeed(site)
  await anOrphan(site)
  const certificates = { namespace: site.namespace, name: 'kubewright-vault-sync-certificates' }
  const now = { metadata: { annotations: { [ROTATE_ANNOTATION]: 'now' } } }
  await (await site.resource(Secret)).patch(certificates, { type: 'merge', body: now })
  await eventually(() => expect(unusedOf(grants, uses())).toEqual([]))
  await installed.usedExactly(BLOCKING)
  program.kill('SIGTERM')
  expect(await program.ended).toBe(0)
  installed.refusedNothing()
  expect(uses().filter(({ denied }) => denied)).toEqual([])
}, 240_000)

test('--read-values: what was changed in Vault by hand is compared, and that is what the right to read is for', async ({ kubewright }) => {
  const { site, installed, args, grants, uses } = await prepare('--read-values')
  const program = kubewright(args)
  const path = `${site.namespace}/drifted`
  await site.secret('drifted', { key: 'a' }, { path: `secret/${path}` })
  await site.inVault(path, 1, { key: 'a' })
  await site.says('secret', 'drifted', 'Synced')
  await site.kv.write(path, { key: 'by hand' })
  await site.annotate(Secret, 'drifted', { resync: 'look' })
  await site.inVault(path, 3, { key: 'a' })
  await site.says('secret', 'drifted', 'Synced')
  await eachDeed(site)
  await eventually(() => expect(unusedOf(grants, uses())).toEqual([]))
  program.kill('SIGTERM')
  expect(await program.ended).toBe(0)
  installed.refusedNothing()
  expect(uses().filter(({ denied }) => denied)).toEqual([])
}, 180_000)
