import type { Condition, KubeObject } from '@kubewright/core'
import type { Schema } from '../schema/index.ts'
import type { PrinterColumn } from '../table/index.ts'
import type { ConversionWebhook } from './conversion/webhook-conversion.ts'

/** apiextensions.k8s.io/v1 CustomResourceDefinition, as much of it as this server reads. */
export interface CustomResourceDefinition extends KubeObject {
  readonly spec: DefinitionSpec
  readonly status?: DefinitionStatus
}

export interface DefinitionSpec {
  readonly group: string
  readonly scope: 'Namespaced' | 'Cluster'
  readonly names: DefinitionNames
  readonly versions: readonly DefinitionVersion[]
  readonly conversion?: { readonly strategy: string; readonly webhook?: ConversionWebhook }
  readonly preserveUnknownFields?: boolean
}

export interface DefinitionNames {
  readonly plural: string
  readonly singular?: string
  readonly shortNames?: readonly string[]
  readonly kind: string
  readonly listKind?: string
  readonly categories?: readonly string[]
}

export interface DefinitionVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
  readonly schema?: { readonly openAPIV3Schema?: Schema }
  readonly subresources?: {
    readonly status?: object
    readonly scale?: { readonly specReplicasPath: string; readonly statusReplicasPath: string; readonly labelSelectorPath?: string }
  }
  readonly additionalPrinterColumns?: readonly PrinterColumn[]
  readonly selectableFields?: readonly { readonly jsonPath: string }[]
}

export interface DefinitionStatus {
  readonly conditions?: readonly Condition[] | null
  readonly acceptedNames?: DefinitionNames
  readonly storedVersions?: readonly string[] | null
}

/** Holds a definition until the last of its objects is gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io'
