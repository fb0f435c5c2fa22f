// The flags and variables that the original of vault-sync had: the built program takes them where it runs vault-sync alone.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VaultSync, VaultSyncOrphan } from '@kubewright/operator-vault-sync'
import { beforeAll, expect, onTestFinished } from 'vitest'
import { useCluster } from './harness.ts'
import { installKind } from './install-kind.ts'
import { run, test } from './program.ts'
import { vaultForTest } from './vault-server.ts'
import { Site } from './vault-sync-site.ts'
import { runVaultWrite, trustCluster } from './vault-sync-trust.ts'

const bench = useCluster()

beforeAll(async () => {
  await installKind(bench.client, VaultSync as never)
  await installKind(bench.client, VaultSyncOrphan as never)
})

const QUIET = ['--no-webhooks', '--metrics-bind-address', '0', '--health-probe-bind-address', '0']

test('--vault-addr, --vault-role, --cluster-name and VAULT_AUTH_PATH are as good as our own', async ({ kubewright }) => {
  const vault = await vaultForTest({ state: 'dev' })
  const site = await Site.open(bench, { vault, operator: 'elsewhere' })
  const { namespace } = site
  await trustCluster(bench, vault, 'kubernetes-east')
  const policy = `path "secret/data/east/${namespace}/*" { capabilities = ["create", "update"] }
    path "secret/metadata/east/${namespace}/*" { capabilities = ["read", "patch"] }`
  await vault.admin('PUT', 'sys/policies/acl/sync', { policy })
  const bound = `bound_service_account_names=writer bound_service_account_namespaces=${namespace} token_policies=sync`
  await runVaultWrite(vault, `vault write auth/kubernetes-east/role/writer ${bound}`)
  const account = `/api/v1/namespaces/${namespace}/serviceaccounts`
  await bench.client.request('POST', account, { body: { metadata: { name: 'writer' } } })
  const body = { spec: { expirationSeconds: 3_600 } }
  const { status } = await bench.client.request<{ readonly status: { readonly token: string } }>('POST', `${account}/writer/token`, {
    body,
  })
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-flags-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const jwtFile = join(folder, 'jwt')
  writeFileSync(jwtFile, status.token)
  const cluster = ['--kubeconfig', bench.cluster.kubeconfigPath, '--namespace', namespace]
  const flags = ['--vault-addr', vault.address, '--vault-role', 'writer', '--cluster-name', 'east', '--vault-sync-vault-jwt-file', jwtFile]
  kubewright(['run', 'vault-sync', ...cluster, ...QUIET, ...flags], { env: { VAULT_AUTH_PATH: 'kubernetes-east' } })
  await site.secret('api', { key: 'k' }, { path: `secret/${namespace}/api` })
  await site.inVault(`east/${namespace}/api`, 1, { key: 'k' })
})

test('they are refused beside another operator, and together with our own name, which is said', async () => {
  const beside = await run(['run', 'vault-sync', 'gc', '--vault-addr', 'http://127.0.0.1:1'])
  expect(beside).toMatchObject({ code: 2, stderr: expect.stringContaining('write --vault-sync-vault-addr') as string })
  const twice = await run(['run', 'vault-sync', '--vault-addr', 'http://127.0.0.1:1', '--vault-sync-vault-addr', 'http://127.0.0.1:2'])
  expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('give one of them') as string })
})
