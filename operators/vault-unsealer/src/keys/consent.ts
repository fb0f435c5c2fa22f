import type { KubeObject, ObjectName } from 'kubewright'
import type { VaultUnsealerGrant } from '../kinds/grant.ts'

/**
 * On a Secret: the name of the VaultUnsealer of the same namespace that may use it. Without it whoever may create VaultUnsealers could have any Secret
 * sent to a host of his choice.
 */
export const CONSENT_LABEL = 'autounseal.vault.io/unsealer'

type Unsealer = { readonly metadata: { readonly name?: string; readonly namespace?: string } }

/** Whether the Secret has been handed over to the unsealer, by a label or by a grant of its namespace. */
export function mayUseSecret(unsealer: Unsealer, secret: KubeObject, grants: readonly VaultUnsealerGrant[]): boolean {
  const { name = '', namespace = '', labels = {} } = secret.metadata
  if (namespace === unsealer.metadata.namespace && labels[CONSENT_LABEL] === unsealer.metadata.name) return true
  return grants.some((grant) => grant.metadata.namespace === namespace && names(grant, unsealer) && grant.spec.secrets.includes(name))
}

/** Whether the unsealer may look after pods of the namespace that the grants are from. */
export function mayUsePods(unsealer: Unsealer, grants: readonly VaultUnsealerGrant[]): boolean {
  return grants.some((grant) => grant.spec.pods && names(grant, unsealer))
}

function names({ spec }: VaultUnsealerGrant, { metadata }: Unsealer): boolean {
  return spec.unsealers.some(({ namespace, name }) => namespace === metadata.namespace && name === metadata.name)
}

/** How to hand it over. */
export function consentAdvice({ name = '', namespace }: Unsealer['metadata'], secret: ObjectName): string {
  return secret.namespace === namespace
    ? `kubectl -n ${namespace} label secret ${secret.name} ${CONSENT_LABEL}=${name}`
    : `a VaultUnsealerGrant in ${secret.namespace} with secrets: [${secret.name}] and unsealers: [{namespace: ${namespace}, name: ${name}}]`
}
