// A Vault that asks a cluster who somebody is: its kubernetes auth method.
import { ServiceAccount } from '@kubewright/client'
import type { VaultUnderTest } from '@kubewright/testing'
import type { Bench } from './harness.ts'

/** From now on Vault asks this cluster who the bearer of a ServiceAccount's token is. */
export async function trustCluster({ client, cluster }: Bench, vault: VaultUnderTest, authPath = 'kubernetes'): Promise<void> {
  const namespace = 'default'
  const name = `reviewer-${crypto.randomUUID().slice(0, 8)}`
  await (await client.resource(ServiceAccount)).create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } })
  const rbac = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' }
  await client.request('POST', rbac, { body: { metadata: { name }, roleRef, subjects: [{ kind: 'ServiceAccount', name, namespace }] } })
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`
  const token = await client.request<{ readonly status: { readonly token: string } }>('POST', path, {
    body: { spec: { expirationSeconds: 3_600 } },
  })
  const { server, caData = '' } = cluster.connection
  await vault.admin('POST', `sys/auth/${authPath}`, { type: 'kubernetes' })
  await vault.admin('POST', `auth/${authPath}/config`, {
    kubernetes_host: server,
    kubernetes_ca_cert: caData.includes('BEGIN') ? caData : Buffer.from(caData, 'base64').toString(),
    token_reviewer_jwt: token.status.token,
    disable_local_ca_jwt: true,
  })
}

/** Makes the role that a printed `vault write auth/…/role/… KEY=VALUE…` makes. */
export async function runVaultWrite(vault: VaultUnderTest, command: string): Promise<void> {
  const [, , path = '', ...fields] = command.split(/[\s\\]+/)
  await vault.admin('POST', path, Object.fromEntries(fields.map((field) => field.split('=', 2))))
}
