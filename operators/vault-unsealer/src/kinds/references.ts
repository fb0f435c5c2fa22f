import { z } from 'kubewright'

const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const entryName = /^[-._a-zA-Z0-9]+$/

export const objectName = z.string().min(1).max(253).regex(dnsSubdomain)
export const namespaceName = z.string().min(1).max(63).regex(dnsLabel)
export const entry = z.string().min(1).max(253).regex(entryName)

/** As the original has it. */
export const secretRef = z.object({
  name: objectName,
  namespace: namespaceName
    .optional()
    .describe('Default: the namespace of the VaultUnsealer. Another one takes a VaultUnsealerGrant there.'),
  key: entry.describe('The entry of the Secret.'),
})
