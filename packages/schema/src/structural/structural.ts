/**
 * One node of a structural schema, as `openAPIV3Schema` of a CustomResourceDefinition wants it: every node has a type (or says why it has
 * none), no `$ref`, no union of shapes. See "structural schema" in the Kubernetes documentation.
 */
export interface StructuralSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly title?: string
  readonly description?: string
  readonly example?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: boolean
  readonly exclusiveMaximum?: boolean
  readonly multipleOf?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly enum?: readonly (string | number | boolean | null)[]
  readonly default?: unknown
  readonly nullable?: boolean
  readonly properties?: Readonly<Record<string, StructuralSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: StructuralSchema
  readonly items?: StructuralSchema
  /** Values may be constrained here (patterns that must hold together, which fields are required), never shaped: Kubernetes allows no types in them but the two of an int-or-string. */
  readonly allOf?: readonly StructuralSchema[]
  readonly anyOf?: readonly StructuralSchema[]
  readonly oneOf?: readonly StructuralSchema[]
  readonly not?: StructuralSchema
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: 'granular' | 'atomic'
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[]
}

/** A rule in the Common Expression Language, evaluated by the API server; `self` is the value it stands at. */
export interface ValidationRule {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate'
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  /** From the object's root: `.status.phase`. */
  readonly jsonPath: string
  readonly description?: string
  /** 0 always shows; more than 0 shows with `-o wide`. @default 0 */
  readonly priority?: number
  readonly format?: string
}

/** Where `kubectl scale` and autoscalers find the replicas. */
export interface ScaleSubresource {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

/** A CustomResourceDefinition. */
export interface CrdManifest {
  readonly apiVersion: 'apiextensions.k8s.io/v1'
  readonly kind: 'CustomResourceDefinition'
  readonly metadata: {
    readonly name: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: {
    readonly group: string
    readonly names: {
      readonly kind: string
      readonly listKind: string
      readonly plural: string
      readonly singular: string
      readonly shortNames?: readonly string[]
      readonly categories?: readonly string[]
    }
    readonly scope: 'Namespaced' | 'Cluster'
    readonly versions: readonly CustomResourceVersion[]
    readonly conversion?: CrdConversion
  }
}

/** How the API server converts between versions. */
export type CrdConversion =
  | { readonly strategy: 'None' }
  | {
      readonly strategy: 'Webhook'
      readonly webhook: { readonly clientConfig: WebhookClientConfig; readonly conversionReviewVersions: readonly string[] }
    }

/** Where the API server finds a webhook: at a URL, or behind a Service of the cluster. */
export interface WebhookClientConfig {
  readonly url?: string
  readonly service?: { readonly namespace: string; readonly name: string; readonly path?: string; readonly port?: number }
  /** PEM in base64: the authority that signs the webhook's certificate. */
  readonly caBundle?: string
}

/** A version in a CustomResourceDefinition. */
export interface CustomResourceVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
  readonly schema: { readonly openAPIV3Schema: StructuralSchema }
  readonly subresources?: { readonly status?: Readonly<Record<string, never>>; readonly scale?: ScaleSubresource }
  readonly additionalPrinterColumns?: readonly PrinterColumn[]
  readonly selectableFields?: readonly { readonly jsonPath: string }[]
}
