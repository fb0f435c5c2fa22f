import type { CustomResourceDefinition } from '@kubewright/client'
import type { KubeObject } from '@kubewright/core'
import type { CrdManifest } from '@kubewright/schema'

/** What a CRD says once the API server has it. */
export interface StoredDefinition extends KubeObject {
  readonly spec: CrdManifest['spec']
  readonly status?: {
    readonly storedVersions?: readonly string[]
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[]
  }
}

/** The same, in the words of the manifest that it was made from. */
export const storedDefinition = (definition: CustomResourceDefinition): StoredDefinition => definition as unknown as StoredDefinition
