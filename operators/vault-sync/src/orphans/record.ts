import { createHash } from 'node:crypto'
import { type Client, isAlreadyExists } from 'kubewright'
import type { Target, VaultSyncSpec } from '../kind/kinds.ts'
import { VaultSyncOrphan } from '../kind/kinds.ts'

export interface OrphanDetails {
  readonly owner: string
  readonly namespace: string
  readonly policy: VaultSyncSpec['deletionPolicy']
  readonly reason: string
  readonly signal: AbortSignal
}

/** The name of the record follows from what it is about: a second record of the same would be the same. */
export function orphanName(owner: string, { path, vault, vaultNamespace }: Pick<Target, 'path' | 'vault' | 'vaultNamespace'>): string {
  return `orphan-${createHash('sha256')
    .update(JSON.stringify([owner, vault, vaultNamespace, path]))
    .digest('hex')
    .slice(0, 20)}`
}

/** Notes down what stays in Vault. */
export async function leaveOrphan(
  client: Client,
  entry: Target,
  { owner, namespace, policy, reason, signal }: OrphanDetails,
): Promise<void> {
  const { path, mount, kv, version, digest, marked, vault, vaultNamespace } = entry
  const name = orphanName(owner, entry)
  const resource = await client.resource(VaultSyncOrphan, { signal })
  const optional = { version, digest, marked, vault, vaultNamespace }
  const spec = {
    ...{ path, mount, kv, owner, namespace, reason, deletionPolicy: policy },
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Partial<typeof optional>),
  }
  try {
    await resource.create(VaultSyncOrphan.of({ metadata: { name }, spec: spec as VaultSyncOrphan['spec'] }), { signal })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}
