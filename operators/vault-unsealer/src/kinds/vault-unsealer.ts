import { defineKind, type ObjectOf } from 'kubewright'
import { spec } from './spec.ts'
import { status } from './status.ts'

/** The original's group, version, kind and fields; what is new is optional. */
export const VaultUnsealer = defineKind({
  group: 'ops.autounseal.vault.io',
  version: 'v1alpha1',
  kind: 'VaultUnsealer',
  shortNames: ['vu'],
  categories: ['vault'],
  description: 'Opens sealed nodes of a Vault or OpenBao with key shares from safe places.',
  spec,
  status,
  // A Secret is handed over by a label with this name as its value.
  objectRules: [{ rule: 'self.metadata.name.size() <= 63', message: 'metadata.name must have at most 63 characters' }],
  printerColumns: [
    { name: 'Unsealed', type: 'string', jsonPath: '.status.summary' },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'Keys', type: 'integer', jsonPath: '.status.keys.loaded', priority: 1 },
    { name: 'Required', type: 'integer', jsonPath: '.status.keys.required', priority: 1 },
  ],
})

export type VaultUnsealer = ObjectOf<typeof VaultUnsealer>
export type VaultUnsealerSpec = VaultUnsealer['spec']
export type VaultUnsealerStatus = NonNullable<VaultUnsealer['status']>
export type PodStatus = NonNullable<VaultUnsealerStatus['pods']>[number]
