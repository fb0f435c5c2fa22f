import type { z } from 'zod'
import type { PrinterColumn, ScaleSubresource, ValidationRule } from './structural.ts'

/** Everything that a kind is, said once: its types, its CRD, its checks come from here. */
export interface KindOptions<Spec extends z.ZodObject, Status extends z.ZodObject> {
  /** A DNS name that one owns, such as `example.dev`. */
  readonly group: string
  /** `v1alpha1`, `v1beta1`, `v1` … */
  readonly version: string
  /** In CamelCase, singular. */
  readonly kind: string
  /** In lower case. @default the kind in lower case, with the plural that English usually has */
  readonly plural?: string
  readonly shortNames?: readonly string[]
  /** Groups of kinds for `kubectl get CATEGORY`, such as `all`. */
  readonly categories?: readonly string[]
  /** @default Namespaced */
  readonly scope?: 'Namespaced' | 'Cluster'
  readonly description?: string
  readonly spec: Spec
  /** With a status, `/status` is a subresource: its writers cannot change the spec, nor the spec's writers the status. */
  readonly status?: Status
  /** CEL rules over the whole spec (`self` is the spec). Rules deeper down stand in `.meta({ rules })` of their schema. */
  readonly rules?: readonly ValidationRule[]
  /** Beside the name; an `AGE` column goes last unless a column of type date is given. */
  readonly printerColumns?: readonly PrinterColumn[]
  readonly scale?: ScaleSubresource
  /** Fields of the spec or status that field selectors may name, at most 8: `.spec.nodeName`. */
  readonly selectableFields?: readonly string[]
}
