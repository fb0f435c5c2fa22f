import { messageOf, parseDuration, type SettingAlias, z } from 'kubewright'
import { DELETION_POLICIES, DRIFT_POLICIES } from './kind/policies.ts'
import { parseRule } from './path/path-policy.ts'

const file = (description: string) => z.string().min(1).optional().meta({ description, placeholder: 'FILE' })

const duration = (least: number) =>
  z.string().superRefine((text, context) => {
    try {
      const ms = parseDuration(text)
      if (ms !== 0 && ms < least) context.addIssue(`"${text}" must be 0, or ${least / 1000}s or more`)
    } catch (error) {
      context.addIssue(messageOf(error))
    }
  })

const rule = z.string().superRefine((text, context) => {
  try {
    parseRule(text)
  } catch (error) {
    context.addIssue(messageOf(error))
  }
})

/** The operator's own settings: flags `--vault-sync-…`. */
export const config = z.object({
  vaultAddr: z.string().default('http://vault:8200').meta({ description: 'where Vault is', placeholder: 'URL' }),
  vaultAuthMethod: z
    .enum(['kubernetes', 'jwt', 'approle', 'cert', 'userpass'])
    .default('kubernetes')
    .meta({ description: 'how the operator logs in', placeholder: 'METHOD' }),
  vaultRole: z.string().min(1).default('vault-sync-operator').meta({ description: 'the role that it logs in with', placeholder: 'ROLE' }),
  vaultAuthPath: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'where the auth method is enabled; default the method’s name', placeholder: 'PATH' }),
  vaultJwtFile: z
    .string()
    .min(1)
    .default('/var/run/secrets/kubernetes.io/serviceaccount/token')
    .meta({ description: 'the ServiceAccount token for kubernetes and jwt, read anew for each login', placeholder: 'FILE' }),
  vaultRoleId: z.string().min(1).optional().meta({ description: 'for approle', placeholder: 'ID' }),
  vaultSecretIdFile: file('for approle, read anew for each login'),
  vaultUsername: z.string().min(1).optional().meta({ description: 'for userpass', placeholder: 'NAME' }),
  vaultPasswordFile: file('for userpass, read anew for each login'),
  vaultTokenFile: file('a token instead of a login, for development'),
  vaultCaFile: file('PEM certificates of who vouches for Vault'),
  vaultServerName: z.string().min(1).optional().meta({ description: 'the name in Vault’s certificate', placeholder: 'NAME' }),
  vaultClientCertFile: file('a client certificate, for mTLS and cert'),
  vaultClientKeyFile: file('its key'),
  vaultNamespace: z.string().min(1).optional().meta({ description: 'the Vault namespace', placeholder: 'NS' }),
  vaultsFile: file('JSON of more Vaults, by the name that vault-sync.io/vault has'),
  tenantRole: z
    .string()
    .regex(/^[^{}]*(\{\{namespace\}\}[^{}]*)?$/, 'may have {{namespace}} in it, once')
    .optional()
    .meta({
      description: 'log in for each namespace with this role, as a ServiceAccount of the namespace; {{namespace}} is filled in',
      placeholder: 'ROLE',
    }),
  tenantServiceAccount: z.string().min(1).default('default').meta({ description: 'that ServiceAccount', placeholder: 'NAME' }),
  vaultAudience: z
    .string()
    .min(1)
    .default('vault')
    .meta({ description: 'of the tokens that are requested for tenants’ ServiceAccounts', placeholder: 'AUDIENCE' }),
  clusterName: z
    .string()
    .regex(/^([A-Za-z0-9]([-A-Za-z0-9._]*[A-Za-z0-9])?)?$/, 'must be letters, digits, ".", "_" and "-"')
    .default('')
    .meta({ description: 'this cluster’s name: put behind the mount of each path, and into ownership marks', placeholder: 'NAME' }),
  pathPolicy: z.array(rule).default([]).meta({
    description:
      'NAMESPACES=MOUNT/PATTERN, who may write where; {{cluster}} and {{namespace}} are filled in; default *=*/{{cluster}}/{{namespace}}/**; repeatable, or with commas',
    placeholder: 'RULE',
  }),
  stripData: z
    .boolean()
    .default(true)
    .meta({ description: 'drop "data/" right behind the mount of a KV 2, which the original operator demanded' }),
  deletionPolicy: z
    .enum(DELETION_POLICIES)
    .default('SoftDelete')
    .meta({ description: 'of objects that do not say it', placeholder: 'POLICY' }),
  driftPolicy: z.enum(DRIFT_POLICIES).default('Repair').meta({ description: 'of objects that do not say it', placeholder: 'POLICY' }),
  driftInterval: duration(30_000)
    .default('10m')
    .meta({ description: 'how often each path is looked at in Vault though nothing happened; 0: never', placeholder: 'DURATION' }),
  cleanupDeadline: duration(0)
    .default('10m')
    .meta({ description: 'how long the deletion of an object waits for a Vault that is away; 0: for ever', placeholder: 'DURATION' }),
  requestsPerSecond: z.number().positive().max(10_000).default(10).meta({ description: 'to one Vault, in the long run', placeholder: 'N' }),
  requestsBurst: z.int().min(1).max(10_000).default(20).meta({ description: 'to one Vault at once after a quiet time', placeholder: 'N' }),
  maxSecretBytes: z
    .int()
    .min(1_024)
    .max(32 * 1024 * 1024)
    // Raft refuses entries of 1 MiB: 1,048,000 bytes of a value were accepted, and the envelope needs a little.
    .default(1_000_000)
    .meta({ description: 'the largest secret that is written, as JSON', placeholder: 'BYTES' }),
  workers: z.int().min(1).max(1_000).default(8).meta({ description: 'objects worked on at one time', placeholder: 'N' }),
  digestKeyFile: file('the key of digests; without it one is made and kept in a Secret of the operator’s namespace'),
})

export type VaultSyncConfig = z.output<typeof config>

/** Of the original, and of the library that it reached Vault with. */
export const aliases: Readonly<Record<string, SettingAlias>> = {
  vaultAddr: { flag: 'vault-addr', variable: 'VAULT_ADDR' },
  vaultRole: { flag: 'vault-role', variable: 'VAULT_ROLE' },
  vaultAuthPath: { flag: 'vault-auth-path', variable: 'VAULT_AUTH_PATH' },
  clusterName: { flag: 'cluster-name' },
  vaultNamespace: { variable: 'VAULT_NAMESPACE' },
  vaultCaFile: { variable: 'VAULT_CACERT' },
  vaultServerName: { variable: 'VAULT_TLS_SERVER_NAME' },
  vaultClientCertFile: { variable: 'VAULT_CLIENT_CERT' },
  vaultClientKeyFile: { variable: 'VAULT_CLIENT_KEY' },
}
