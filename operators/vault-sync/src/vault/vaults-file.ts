import { readFileSync } from 'node:fs'
import { ConfigurationError, messageOf, z } from 'kubewright'
import type { VaultSettings } from './connections.ts'

const entry = z.strictObject({
  address: z.string(),
  authMethod: z.enum(['kubernetes', 'jwt', 'approle', 'cert', 'userpass']).optional(),
  role: z.string().optional(),
  authPath: z.string().optional(),
  jwtFile: z.string().optional(),
  roleId: z.string().optional(),
  secretIdFile: z.string().optional(),
  username: z.string().optional(),
  passwordFile: z.string().optional(),
  tokenFile: z.string().optional(),
  caFile: z.string().optional(),
  serverName: z.string().optional(),
  clientCertFile: z.string().optional(),
  clientKeyFile: z.string().optional(),
  namespace: z.string().optional(),
  requestsPerSecond: z.number().positive().optional(),
  requestsBurst: z.int().min(1).optional(),
})

const vaults = z.record(z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/), entry)

/**
 * More Vaults by name, in JSON. Nothing of how the default one is logged in to holds for them: a token must not go to a Vault that it is not for.
 * @throws ConfigurationError naming the file
 */
export function readVaults(path: string, defaults: VaultSettings): ReadonlyMap<string, VaultSettings> {
  try {
    const found = vaults.parse(JSON.parse(readFileSync(path, 'utf8')))
    return new Map(Object.entries(found).map(([name, each]) => [name, settingsOf(each, defaults)]))
  } catch (error) {
    throw new ConfigurationError(`--vault-sync-vaults-file: ${path}: ${messageOf(error)}`, { cause: error })
  }
}

function settingsOf(given: z.output<typeof entry>, { vaultJwtFile, requestsPerSecond, requestsBurst }: VaultSettings): VaultSettings {
  return {
    vaultAddr: given.address,
    vaultAuthMethod: given.authMethod ?? 'kubernetes',
    vaultRole: given.role ?? 'vault-sync-operator',
    vaultAuthPath: given.authPath,
    vaultJwtFile: given.jwtFile ?? vaultJwtFile,
    vaultRoleId: given.roleId,
    vaultSecretIdFile: given.secretIdFile,
    vaultUsername: given.username,
    vaultPasswordFile: given.passwordFile,
    vaultTokenFile: given.tokenFile,
    vaultCaFile: given.caFile,
    vaultServerName: given.serverName,
    vaultClientCertFile: given.clientCertFile,
    vaultClientKeyFile: given.clientKeyFile,
    vaultNamespace: given.namespace,
    requestsPerSecond: given.requestsPerSecond ?? requestsPerSecond,
    requestsBurst: given.requestsBurst ?? requestsBurst,
  }
}
