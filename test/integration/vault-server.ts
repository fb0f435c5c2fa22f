import { startVault, type VaultSetup, type VaultUnderTest } from '@kubewright/testing'
import { type VaultAuth, type VaultClient, type VaultOptions, vaultClient } from '@kubewright/vault'
import { onTestFinished } from 'vitest'

/** The in-process Vault, or with KUBEWRIGHT_TEST_SERVER=real a process of HashiCorp Vault. */
export async function vaultForTest(setup: VaultSetup = {}): Promise<VaultUnderTest> {
  const vault = await startVault(process.env['KUBEWRIGHT_TEST_SERVER'] === 'real' ? 'real' : 'fake', setup)
  onTestFinished(() => vault[Symbol.asyncDispose]())
  return vault
}

/** A client that is closed with the test. */
export function clientOf(vault: VaultUnderTest, options: Partial<VaultOptions> & { readonly node?: number } = {}): VaultClient {
  const { node = 0, ...rest } = options
  const tls = vault.ca === '' ? {} : { tls: { ca: vault.ca } }
  const client = vaultClient({ address: vault.nodes[node]!.address, allowPlaintext: true, ...tls, ...rest })
  onTestFinished(() => client.close())
  return client
}

export const asRoot = (vault: VaultUnderTest): { readonly auth: VaultAuth } => ({ auth: { method: 'token', token: vault.rootToken } })

/** A client that logs in by AppRole, with these rules. */
export async function limitedClient(
  vault: VaultUnderTest,
  policy: string,
  role: object = {},
  options: Partial<VaultOptions> = {},
): Promise<VaultClient> {
  await vault.admin('POST', 'sys/auth/approle', { type: 'approle' })
  await vault.admin('PUT', 'sys/policies/acl/app', { policy })
  await vault.admin('POST', 'auth/approle/role/app', { token_policies: ['app'], token_ttl: '1h', ...role })
  const id = (await vault.admin('GET', 'auth/approle/role/app/role-id')) as { readonly data: { readonly role_id: string } }
  const secret = (await vault.admin('POST', 'auth/approle/role/app/secret-id', {})) as { readonly data: { readonly secret_id: string } }
  return clientOf(vault, { auth: { method: 'approle', roleId: id.data.role_id, secretId: secret.data.secret_id }, ...options })
}
