import type { coreV1 } from 'kubewright'

/** A Secret that a pod needs. */
export interface SecretReference {
  readonly name: string
  /** Every reference to it is optional. */
  readonly optional: boolean
}

type PodSpec = coreV1.PodSpec

/** All Secrets that pods of this template use, each once, by name. */
export function secretsOf(spec: PodSpec | undefined, options: { readonly imagePullSecrets: boolean }): readonly SecretReference[] {
  const found = new Map<string, boolean>()
  const add = (name: string | undefined, optional: boolean | undefined) => {
    if (name) found.set(name, (found.get(name) ?? true) && optional === true)
  }
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])]
  for (const { env = [], envFrom = [] } of containers) {
    for (const { valueFrom } of env) add(valueFrom?.secretKeyRef?.name, valueFrom?.secretKeyRef?.optional)
    for (const { secretRef } of envFrom) add(secretRef?.name, secretRef?.optional)
  }
  for (const volume of spec?.volumes ?? []) {
    add(volume.secret?.secretName, volume.secret?.optional)
    for (const { secret } of volume.projected?.sources ?? []) add(secret?.name, secret?.optional)
    add(volume.csi?.nodePublishSecretRef?.name, false)
  }
  if (options.imagePullSecrets) for (const { name } of spec?.imagePullSecrets ?? []) add(name, true)
  return [...found].map(([name, optional]) => ({ name, optional })).sort((a, b) => (a.name < b.name ? -1 : 1))
}
