import type { TlsOptions } from '@kubewright/vault'
import { parseDuration } from 'kubewright'
import type { Settings } from '../attendance/settings.ts'
import type { InitializationPlan } from '../initialization/plan.ts'
import type { VaultUnsealerSpec } from '../kinds/vault-unsealer.ts'
import type { UnsealPolicy } from '../machine/model.ts'
import type { Member } from '../members/member.ts'
import type { Material } from './material.ts'

/** The spec with what it names, for those who act by it. */
export function settingsOf(
  spec: VaultUnsealerSpec,
  {
    members,
    keys,
    tls,
    secure,
    absentees,
    namespace,
  }: {
    readonly members: readonly Member[]
    readonly keys: Material['keys']
    readonly tls: TlsOptions
    readonly secure: boolean
    readonly absentees: readonly string[]
    readonly namespace: string
  },
): Settings {
  return {
    members,
    keys: keys.set,
    keysMissing: keys.set.refs.length > 0 ? undefined : keys.problems.map(({ message }) => message).join('; ') || 'there are no key shares',
    policy: policyOf(spec),
    secure,
    tls,
    highAvailability: spec.mode.ha,
    clusterId: spec.clusterID,
    dryRun: spec.dryRun,
    initialization: spec.initialize && planOf(spec.initialize, namespace),
    absentees,
  }
}

function planOf(
  { shares, threshold, secretRef, pgpKeys, rootTokenPgpKey }: NonNullable<VaultUnsealerSpec['initialize']>,
  namespace: string,
): InitializationPlan {
  return { shares, threshold, pgpKeys, rootTokenPgpKey, secret: { namespace, name: secretRef.name }, entry: secretRef.key }
}

export function policyOf(spec: VaultUnsealerSpec): UnsealPolicy {
  return {
    foreignProgress: spec.onForeignProgress,
    foreignGraceMs: parseDuration(spec.foreignProgressGrace),
    migrate: spec.migrate,
    intervalMs: parseDuration(spec.interval),
    keyThreshold: spec.keyThreshold,
    attemptsPerHour: spec.maxAttemptsPerHour,
    unprovenJoin: spec.raft?.unprovenShares ?? 'Wait',
    raftJoin: spec.raft?.join ?? false,
  }
}

/** Why shares may travel where strangers can have them, as it was asked for by name. */
export function insecurity({ addresses }: VaultUnsealerSpec, secure: boolean, tls: TlsOptions): string | undefined {
  if (!secure)
    return `spec.vault.allowPlaintext: shares travel readable${addresses === undefined ? ', to pods that are told by their labels alone' : ''}`
  return tls.insecureSkipVerify === true ? "spec.vault.insecureSkipVerify: shares go to whoever answers at a node's address" : undefined
}
