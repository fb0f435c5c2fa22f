// Values of Secrets are in Kubernetes' Secrets and in Vault, and nowhere else: everything that the operator says is searched, in every encoding.
import { randomBytes } from 'node:crypto'
import { VaultSync, VaultSyncOrphan } from '@kubewright/operator-vault-sync'
import { eventually } from '@kubewright/testing'
import { Deployment, Secret } from 'kubewright'
import { beforeAll, expect, test } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { useSecretSearch } from './secret-search.ts'
import { limitedSettings, Site, seal, sealableVault, unseal } from './vault-sync-site.ts'

const search = useSecretSearch()
const bench = useCluster({ apiServerFlags: search.audit.flags })

beforeAll(async () => {
  await installKind(bench.client, VaultSync as never)
  await installKind(bench.client, VaultSyncOrphan as never)
})

let planted = 0

/** A value that is nowhere else, and is looked for. */
function plant(kind: 'text' | 'bytes'): Buffer {
  const bytes = kind === 'bytes' ? randomBytes(24) : Buffer.from(`pw-${randomBytes(12).toString('hex')}/"ä"`)
  search.lookFor({ name: `value ${++planted}`, bytes })
  return bytes
}

/** All that the operator has said so far: its log, its objects, its Events, its metrics. */
async function said(site: Site): Promise<Readonly<Record<string, string>>> {
  const { items } = await (await site.resource(VaultSync)).list({ namespace: site.namespace })
  return {
    log: JSON.stringify(site.running.lines),
    objects: JSON.stringify(items),
    orphans: JSON.stringify(await site.orphans()),
    events: JSON.stringify(await site.eventTexts()),
    metrics: await site.running.manager.metrics.metrics(),
  }
}

test('B40, 2.6.17: values are nowhere but in Vault, however they get there and whatever goes wrong on the way', async () => {
  const site = await Site.open(bench)
  const at = (name: string) => `secret/${site.namespace}/${name}`
  const [text, bytes, drifted] = [plant('text'), plant('bytes'), plant('text')]
  await site.secret('db', { user: text, 'key.der': bytes })
  await site.deployment('shop', { path: at('shop') }, ['db'])
  const templates = JSON.stringify({ url: 'pg://{{ db/user | urlencode }}@{{ db/user | base64 }}' })
  await site.deployment('report', { path: at('report'), templates, secrets: '[{"name":"db","keys":["user"]}]' }, [])
  await site.says('deployment', 'shop', 'Synced')
  await site.says('deployment', 'report', 'Synced')
  // What was written by hand is compared and repaired.
  await site.kv.write(`${site.namespace}/shop/db`, { by: drifted.toString() })
  await site.annotate(Deployment, 'shop', { resync: '1' })
  await eventually(async () => expect((await site.holds(`${site.namespace}/shop/db`))?.version).toBe(3))
  // Each way to be refused: a key that is not there, a collision, bytes that are not wanted, too much, another's, annotations that cannot be read.
  await site.secret('missing', { a: plant('text') }, { path: at('missing'), secrets: '[{"name":"missing","keys":["b"]}]' })
  await site.says('secret', 'missing', 'KeyMissing')
  await site.secret('twice', { user: plant('text') }, { path: at('twice'), secrets: '[{"name":"twice"},{"name":"db"}]' })
  await site.says('secret', 'twice', 'KeyCollision')
  await site.secret('binary', { a: plant('bytes') }, { path: at('binary'), binary: 'Reject' })
  await site.says('secret', 'binary', 'BinaryValue')
  const large = plant('text').toString()
  await site.secret('large', { a: large.repeat(Math.ceil(1_020_000 / Buffer.byteLength(large))) }, { path: at('large') })
  await site.says('secret', 'large', 'TooLarge')
  await site.secret('second', { a: plant('text') }, { path: at('shop/db') })
  await site.says('secret', 'second', 'Conflict')
  await site.annotate(Secret, 'missing', { secrets: '[{"name":"missing","keys":' })
  await site.says('secret', 'missing', 'InvalidAnnotations')
  search.expectNone(await said(site))
})

test('B40: nor when Vault is away, refuses, or is cleaned up late', async () => {
  const vault = await sealableVault()
  const namespace = await bench.namespace()
  const rules = `path "secret/metadata/${namespace}/*" { capabilities = ["read", "patch", "delete"] }\n`
  const may = `${rules}path "secret/data/${namespace}/*" { capabilities = ["create", "update"] }\n`
  const settings = { ...(await limitedSettings(vault, may)), cleanupDeadline: '2s' }
  const site = await Site.open(bench, { vault, namespace, settings })
  const path = `secret/${namespace}/api`
  await site.secret('api', { key: plant('text') }, { path, 'deletion-policy': 'DeleteAll' })
  await site.says('secret', 'api', 'Synced')
  await vault.admin('PUT', 'sys/policies/acl/sync', { policy: rules })
  await site.change('api', { key: plant('bytes') })
  await site.says('secret', 'api', 'PermissionDenied')
  await seal(site)
  await site.change('api', { key: plant('text') })
  await site.says('secret', 'api', 'VaultUnavailable')
  await site.delete(Secret, 'api')
  await site.gone(Secret, 'api')
  search.expectNone(await said(site))
  await unseal(site)
  await eventually(async () => expect(await site.orphans()).toEqual([]), { timeout: 30_000 })
  search.expectNone(await said(site))
})
