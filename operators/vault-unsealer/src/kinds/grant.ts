import { defineKind, type ObjectOf, z } from 'kubewright'
import { namespaceName, objectName } from './references.ts'

/** Made by who may give things away in a namespace, for VaultUnsealers elsewhere, or for several of the same namespace. */
export const VaultUnsealerGrant = defineKind({
  group: 'ops.autounseal.vault.io',
  version: 'v1alpha1',
  kind: 'VaultUnsealerGrant',
  description: 'Hands Secrets with key shares, or pods, of its namespace over to VaultUnsealers.',
  spec: z.object({
    unsealers: z
      .array(z.object({ namespace: namespaceName, name: objectName }))
      .min(1)
      .max(100)
      .describe('Who may use them.'),
    secrets: z.array(objectName).max(100).default([]).describe('Secrets of this namespace, by name.'),
    pods: z.boolean().default(false).describe('Whether they may look after pods of this namespace.'),
  }),
})
export type VaultUnsealerGrant = ObjectOf<typeof VaultUnsealerGrant>
