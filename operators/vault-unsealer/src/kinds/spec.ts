import { cel, duration, weeklyWindow, z } from 'kubewright'
import { vault } from './connection.ts'
import { initialize } from './initialize.ts'
import { entry, namespaceName, objectName, secretRef } from './references.ts'

/** Either one entry, as in the original, or all whose names begin so. */
const keysRef = cel(
  secretRef.extend({
    key: entry.optional().describe('The entry: one share, a JSON array of shares, or one share a line.'),
    keyPrefix: entry
      .optional()
      .describe('All entries whose names begin so, in the order of their numbers: unseal-key- for unseal-key-1, unseal-key-2, …'),
  }),
  'has(self.key) != has(self.keyPrefix)',
  { message: 'exactly one of key, keyPrefix must be set', check: (value) => (value.key === undefined) !== (value.keyPrefix === undefined) },
)
export type KeysRef = z.output<typeof keysRef>

const keysFromVault = z
  .object({
    url: z.string().min(1).max(2_048),
    caBundleSecretRef: secretRef.optional(),
    mount: z.string().min(1).max(253).default('secret').describe('A KV mount of version 2.'),
    path: z.string().min(1).max(512),
    field: z.string().min(1).max(253).default('keys').describe('A text: one share, a JSON array, or one share a line.'),
    tokenSecretRef: secretRef.describe(
      'A token that may read the path. The Secret is handed over to the VaultUnsealer as one with shares is.',
    ),
  })
  .describe('Shares in the KV of another Vault.')

const fields = z.object({
  vault,
  unsealKeysSecretRefs: z.array(keysRef).max(32).default([]).describe('Secrets with key shares, in order. Equal shares count once.'),
  unsealKeysFiles: z
    .array(
      z
        .string()
        .max(253)
        .regex(/^[A-Za-z0-9_][-A-Za-z0-9_.]*$/),
    )
    .max(32)
    .optional()
    .describe("Files with key shares in the folder NAMESPACE/NAME below the operator's --vault-unsealer-keys-directory."),
  unsealKeysVault: z.array(keysFromVault).max(4).optional(),
  unsealKeysFrom: z
    .array(
      z.object({
        source: z.string().min(1).max(63).describe('A source that the operator was built with.'),
        settings: z.record(z.string(), z.string().max(4_096)).default({}).describe('For the source. No secrets.'),
      }),
    )
    .max(8)
    .optional()
    .describe('Shares from sources that were added to the operator, such as the key service of a cloud.'),
  interval: duration({ min: '5s', max: '24h' })
    .default('60s')
    .describe('A safety net: events do the work. So long no node is left unasked.'),
  vaultLabelSelector: z
    .string()
    .min(1)
    .max(4_096)
    .optional()
    .describe("Vault's pods, by labels; all of Kubernetes' selectors: app=vault,component in (server)."),
  statefulSetName: objectName.optional().describe("Vault's pods, by the StatefulSet that makes them."),
  serviceName: objectName
    .optional()
    .describe("Vault's pods, by the EndpointSlices of a (headless) Service; those that are not ready count, too."),
  addresses: z
    .array(z.string().min(1).max(300))
    .min(1)
    .max(50)
    .optional()
    .describe('Nodes outside of the cluster, HOST or HOST:PORT. Each must be allowed by the operator’s --vault-unsealer-allowed-hosts.'),
  mode: z
    .object({ ha: z.boolean().describe('false: the nodes are opened one after the other, in the order of their names.') })
    .default({ ha: true }),
  keyThreshold: z
    .int()
    .min(0)
    .max(255)
    .default(0)
    .describe('The most shares that one attempt may send; how many are needed the node says. 0: as many as are needed.'),
  clusterID: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('Pins the cluster: when an open node says another id, no sealed one gets anything.'),
  paused: z.boolean().default(false).describe('Nothing is submitted: for a Vault that was sealed on purpose. Nodes are still looked at.'),
  dryRun: z.boolean().default(false).describe('Says what would be submitted, and submits nothing.'),
  windows: z.array(weeklyWindow()).min(1).max(20).optional().describe('Shares are submitted in these times only.'),
  freezes: z.array(weeklyWindow()).min(1).max(20).optional().describe('Shares are not submitted in these times: maintenance.'),
  onForeignProgress: z
    .enum(['Wait', 'Join', 'Reset'])
    .default('Join')
    .describe(
      'What to do when a node holds shares that others have submitted, and they do not go on: Join adds ours to theirs, Reset drops theirs.',
    ),
  foreignProgressGrace: duration({ min: '0s', max: '1h' }).default('30s').describe('How long others may take for their next share.'),
  migrate: z.boolean().default(false).describe('Agrees to a pending seal migration.'),
  raft: z
    .object({
      unprovenShares: z
        .enum(['Wait', 'Send'])
        .default('Wait')
        .describe('A node that joins is wedged for good by wrong shares: Wait until they have opened another one, or Send them.'),
      join: z
        .boolean()
        .default(false)
        .describe(
          'Has nodes without data join the cluster of those that are open. Without it they have to do so by themselves, by retry_join.',
        ),
    })
    .optional(),
  initialize: initialize.optional(),
  maxAttemptsPerHour: z
    .int()
    .min(1)
    .max(60)
    .default(12)
    .describe('How often a node is tried within an hour, with one set of shares, without being opened.'),
  namespaces: z
    .array(namespaceName)
    .min(1)
    .max(50)
    .optional()
    .describe('Where the pods are. Default: the namespace of the VaultUnsealer. Others take a VaultUnsealerGrant there.'),
})

const DISCOVERY = 'vaultLabelSelector, statefulSetName, serviceName or addresses'

export const spec = cel(
  cel(
    fields,
    '[has(self.vaultLabelSelector), has(self.statefulSetName), has(self.serviceName), has(self.addresses)].filter(is, is).size() == 1',
    {
      message: `exactly one of ${DISCOVERY} must be set`,
      check: (value) =>
        [value.vaultLabelSelector, value.statefulSetName, value.serviceName, value.addresses].filter((each) => each !== undefined)
          .length === 1,
    },
  ),
  'self.unsealKeysSecretRefs.size() > 0 || (has(self.unsealKeysFiles) && self.unsealKeysFiles.size() > 0) || (has(self.unsealKeysVault) && self.unsealKeysVault.size() > 0) || (has(self.unsealKeysFrom) && self.unsealKeysFrom.size() > 0)',
  {
    message: 'at least one of unsealKeysSecretRefs, unsealKeysFiles, unsealKeysVault, unsealKeysFrom must name a source of key shares',
    check: ({ unsealKeysSecretRefs, unsealKeysFiles = [], unsealKeysVault = [], unsealKeysFrom = [] }) =>
      unsealKeysSecretRefs.length + unsealKeysFiles.length + unsealKeysVault.length + unsealKeysFrom.length > 0,
  },
)
