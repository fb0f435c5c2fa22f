import { type KubeObject, matchesLabels, type ObjectName, type Pod, parseLabelSelector } from 'kubewright'
import { keyOf, type UnsealerName } from '../attendance/attendance.ts'
import type { VaultUnsealer } from '../kinds/vault-unsealer.ts'
import { mayConcern } from '../members/discovery.ts'
import { SERVICE_LABEL } from '../members/pods.ts'

/** The unsealers that have been reconciled, as far as it takes to tell whom a change concerns. */
export class Registry {
  readonly #known = new Map<string, VaultUnsealer>()

  saw(unsealer: VaultUnsealer & { readonly metadata: { readonly name: string } }): void {
    this.#known.set(keyOf(nameOf(unsealer)), unsealer)
  }

  forget(of: UnsealerName): void {
    this.#known.delete(keyOf(of))
  }

  ofPod(pod: Pod): readonly UnsealerName[] {
    return this.#where((unsealer) => {
      if (!mayConcern(unsealer, pod)) return false
      const { vaultLabelSelector, addresses } = unsealer.spec
      if (vaultLabelSelector === undefined) return addresses === undefined
      try {
        return matchesLabels(parseLabelSelector(vaultLabelSelector), pod.metadata.labels)
      } catch {
        // Its own status says that the selector is wrong.
        return false
      }
    })
  }

  ofSlice(slice: KubeObject): readonly UnsealerName[] {
    const service = slice.metadata.labels?.[SERVICE_LABEL]
    return this.#where((unsealer) => unsealer.spec.serviceName === service && service !== undefined && mayConcern(unsealer, slice))
  }

  ofSecret(secret: KubeObject): readonly UnsealerName[] {
    return this.#where((unsealer) => secretsOf(unsealer).some((each) => isSame(each, secret)))
  }

  ofConfigMap(configMap: KubeObject): readonly UnsealerName[] {
    return this.#where(
      ({ spec, metadata }) =>
        spec.vault.caBundleConfigMapRef?.name === configMap.metadata.name && metadata.namespace === configMap.metadata.namespace,
    )
  }

  ofGrant(grant: {
    readonly spec: { readonly unsealers: readonly { readonly namespace: string; readonly name: string }[] }
  }): readonly UnsealerName[] {
    return grant.spec.unsealers
  }

  #where(test: (unsealer: VaultUnsealer) => boolean): readonly UnsealerName[] {
    return [...this.#known.values()].filter(test).map(nameOf)
  }
}

/** Every Secret that is read for it. */
export function secretsOf({ spec, metadata }: VaultUnsealer): readonly ObjectName[] {
  const own = metadata.namespace
  const at = (ref: { readonly name: string; readonly namespace?: string | undefined } | undefined): readonly ObjectName[] =>
    ref === undefined ? [] : [{ name: ref.name, namespace: ref.namespace ?? own }]
  return [
    ...spec.unsealKeysSecretRefs.flatMap(at),
    ...(spec.unsealKeysVault ?? []).flatMap(({ tokenSecretRef, caBundleSecretRef }) => [...at(tokenSecretRef), ...at(caBundleSecretRef)]),
    ...at(spec.vault.caBundleSecretRef),
    ...at(spec.vault.clientCertSecretRef),
  ]
}

const isSame = ({ name, namespace }: ObjectName, { metadata }: KubeObject) => name === metadata.name && namespace === metadata.namespace

const nameOf = ({ metadata: { name = '', namespace = '' } }: VaultUnsealer): UnsealerName => ({ name, namespace })
