import { conditions, timestamp, z } from 'kubewright'

export const TARGET_STATES = ['Pending', 'Synced', 'Conflict', 'Drifted', 'Failed', 'Removing'] as const
export type TargetState = (typeof TARGET_STATES)[number]

/** One entry of the ledger. It is written before Vault is, so that nothing in Vault is ever without one. */
const target = z.object({
  path: z.string().describe('Mount and path in Vault, without "data/".'),
  mount: z.string(),
  kv: z.int().describe('The KV version of the mount.'),
  state: z.enum(TARGET_STATES),
  version: z.int().optional().describe('The version in Vault that was written last (KV 2).'),
  digest: z.string().optional().describe('A keyed digest of what was written.'),
  marked: z.boolean().optional().describe('Whether the ownership mark is in Vault.'),
  owned: z.boolean().optional().describe('Whether this object has ever written it.'),
  holder: z.string().optional().describe('Whose it is, when it is another’s: cluster/namespace/Kind/name.'),
  message: z.string().optional(),
  vault: z.string().optional().describe('The Vault it is in, when not the default one.'),
  vaultNamespace: z.string().optional(),
})

export const vaultSyncStatus = z.object({
  observedGeneration: z.int().min(0).optional(),
  targets: z.array(target).optional().describe('What this object has, or may have, in Vault.'),
  synced: z.string().optional().describe('Targets in sync, of all.'),
  lastSyncTime: timestamp().optional().describe('When something was written to Vault the last time.'),
  cleanupSince: timestamp().optional().describe('Since when the cleanup has been failing.'),
  seenResync: z.string().optional(),
  conditions: conditions().optional(),
})
