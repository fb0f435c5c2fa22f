import { defineKind, type ObjectOf, timestamp, z } from 'kubewright'
import { GROUP } from '../annotations/names.ts'
import { DELETION_POLICIES } from './policies.ts'
import { vaultSyncSpec } from './spec.ts'
import { vaultSyncStatus } from './status.ts'

export const VaultSync = defineKind({
  group: GROUP,
  version: 'v1alpha1',
  kind: 'VaultSync',
  shortNames: ['vsync'],
  description: 'How one annotated object stands in Vault. The operator keeps it; there are no values in it.',
  spec: vaultSyncSpec,
  status: vaultSyncStatus,
  printerColumns: [
    { name: 'Path', type: 'string', jsonPath: '.spec.path' },
    { name: 'Synced', type: 'string', jsonPath: '.status.synced' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'Last Sync', type: 'date', jsonPath: '.status.lastSyncTime' },
    { name: 'Owner', type: 'string', jsonPath: '.spec.owner.kind', priority: 1 },
  ],
})

export type VaultSync = ObjectOf<typeof VaultSync>
export type VaultSyncSpec = VaultSync['spec']
export type VaultSyncStatus = NonNullable<VaultSync['status']>
/** A Secret, and what is taken of it. */
export type Source = NonNullable<VaultSyncSpec['sources']>[number]
/** An entry of the ledger. */
export type Target = NonNullable<VaultSyncStatus['targets']>[number]

/** Of the cluster, so that the namespace that it came from can go. */
export const VaultSyncOrphan = defineKind({
  group: GROUP,
  version: 'v1alpha1',
  kind: 'VaultSyncOrphan',
  scope: 'Cluster',
  description: 'Something that was left behind in Vault because Vault could not be reached in time. It is retried until it is gone.',
  spec: z.object({
    path: z.string(),
    mount: z.string(),
    kv: z.int(),
    version: z.int().optional(),
    digest: z.string().optional(),
    marked: z.boolean().optional(),
    owner: z.string().describe('The owner’s mark: cluster/namespace/Kind/name.'),
    namespace: z.string(),
    deletionPolicy: z.enum(DELETION_POLICIES),
    vault: z.string().optional(),
    vaultNamespace: z.string().optional(),
    reason: z.string().optional().describe('Why it was left behind.'),
  }),
  status: z.object({ attempts: z.int().optional(), lastError: z.string().optional(), lastAttemptTime: timestamp().optional() }),
  printerColumns: [
    { name: 'Path', type: 'string', jsonPath: '.spec.path' },
    { name: 'Owner', type: 'string', jsonPath: '.spec.owner' },
    { name: 'Policy', type: 'string', jsonPath: '.spec.deletionPolicy' },
    { name: 'Error', type: 'string', jsonPath: '.status.lastError', priority: 1 },
  ],
})

export type VaultSyncOrphan = ObjectOf<typeof VaultSyncOrphan>
