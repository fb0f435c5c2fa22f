import type { VaultSync, VaultSyncSpec } from '../kind/kinds.ts'
import type { PathRule } from '../path/path-policy.ts'
import type { Mount } from '../path/placement.ts'
import { leastGrants } from '../policy/least-policy.ts'

/** What the operator is there for, as far as rights in one Vault are concerned. */
export interface Use {
  /** Paths whose mounts are in use, or named by the path policy: which segments are the mount's name Vault alone knows. */
  readonly lookups: readonly string[]
  readonly namespaces: readonly string[]
  readonly deletionPolicies: readonly VaultSyncSpec['deletionPolicy'][]
}

/** What a token has to be allowed at a path. */
export interface Need {
  readonly path: string
  readonly capabilities: readonly string[]
}

/** Stands for whatever a pattern lets be there. */
const PROBE = 'kubewright-doctor'
/** The mount of Vault's documentation, where nothing says another one yet. */
const USUAL_MOUNT = 'secret'
/** Enough to find a mistake in a policy, which is made of patterns. */
const MOST_NAMESPACES = 20

/** Of one Vault; `undefined`: the default one. */
export function useOf(
  syncs: readonly VaultSync[],
  rules: readonly PathRule[],
  { vault, deletionPolicy }: { readonly vault: string | undefined; readonly deletionPolicy: VaultSyncSpec['deletionPolicy'] },
): Use {
  const here = syncs.filter(({ spec }) => spec.vault === vault)
  const used = here.flatMap(({ status: { targets = [] } = {}, spec: { path } }) => {
    if (targets.length > 0) return targets.map(({ mount }) => `${mount}/${PROBE}`)
    return path === undefined ? [] : [path]
  })
  const named = rules.map(({ path }) => literalStartOf(path)).filter((start) => start !== '')
  const lookups = [...new Set([...used, ...named.map((start) => `${start}/${PROBE}`)])]
  const namespaces = [...new Set(here.map(({ metadata }) => metadata.namespace ?? ''))].slice(0, MOST_NAMESPACES)
  return {
    lookups: lookups.length === 0 ? [`${USUAL_MOUNT}/${PROBE}`] : lookups,
    namespaces: namespaces.length === 0 ? [PROBE] : namespaces,
    deletionPolicies: [...new Set([deletionPolicy, ...here.map(({ spec }) => spec.deletionPolicy)])],
  }
}

function literalStartOf(path: string): string {
  const segments = path.split('/')
  const open = segments.findIndex((segment) => /[*{]/.test(segment))
  return segments.slice(0, open === -1 ? segments.length - 1 : open).join('/')
}

/** The rights of the least policy, each at a path that can be asked about. */
export function needsOf(
  { namespaces, deletionPolicies }: Use,
  mounts: readonly Mount[],
  { rules, clusterName }: { readonly rules: readonly PathRule[]; readonly clusterName: string },
): readonly Need[] {
  const needs = new Map<string, readonly string[]>()
  for (const namespace of namespaces) {
    const own = rules.filter((rule) => rule.namespaces === '*' || isBegunBy(rule.namespaces, namespace))
    for (const { path, capabilities } of leastGrants({ rules: own, clusterName, mounts, deletionPolicies, namespace }))
      needs.set(path.replace(/\*$/, PROBE).replaceAll('+', PROBE), capabilities)
  }
  return [...needs].map(([path, capabilities]) => ({ path, capabilities }))
}

const isBegunBy = (pattern: string, namespace: string) =>
  pattern.endsWith('*') ? namespace.startsWith(pattern.slice(0, -1)) : namespace === pattern
