import type { z } from 'zod'
import type { PrinterColumn, ScaleSubresource, ValidationRule } from '../structural/structural.ts'

/** The schema as it is, or the sentence that an editor shows for what is none. */
type ObjectSchema<Schema> = Schema extends z.ZodObject ? Schema : 'give an object schema: z.object({ … })'

/** What one version of a kind looks like. */
export interface VersionOptions<Spec, Status> {
  /** `v1alpha1`, `v1beta1`, `v1` … */
  readonly version: string
  readonly description?: string
  /** The fields that users write: `z.object({ … })`. */
  readonly spec: ObjectSchema<Spec>
  /** With a status, `/status` is a subresource: its writers cannot change the spec, nor the spec's writers the status. */
  readonly status?: ObjectSchema<Status>
  /**
   * Whether the API server accepts an object that has no spec at all; read here, it is an empty one.
   * @default false
   */
  readonly optionalSpec?: boolean
  /** Whether the status has a path of its own. `false` is for definitions of others that lack it. @default true with a status */
  readonly statusSubresource?: boolean
  /** CEL rules over the whole spec (`self` is the spec). Rules deeper down stand at their schema: `cel(schema, rule)`. */
  readonly rules?: readonly ValidationRule[]
  /** CEL rules over the whole object (`self` is the object, of whose metadata they see `name` and `generateName`). */
  readonly objectRules?: readonly ValidationRule[]
  /** Beside the name; an `AGE` column goes last unless a column of type date is given. */
  readonly printerColumns?: readonly PrinterColumn[]
  /** Whether an `AGE` column is added. @default true */
  readonly ageColumn?: boolean
  readonly scale?: ScaleSubresource
  /** Fields of the spec or status that field selectors may name, at most 8: `.spec.nodeName`. */
  readonly selectableFields?: readonly string[]
  /** Whether clients may use the version. @default true */
  readonly served?: boolean
  /** Whoever uses the version is warned: with this sentence, or with `true` in the API server's own words. @default false */
  readonly deprecated?: boolean | string
}

/** Everything that a kind is, said once: its types, its CRD, its checks come from here. */
export interface KindOptions<Spec, Status> extends VersionOptions<Spec, Status> {
  /** A DNS name that one owns, such as `example.dev`. */
  readonly group: string
  /** In CamelCase, singular. */
  readonly kind: string
  /** In lower case. @default the kind in lower case, with the plural that English usually has */
  readonly plural?: string
  /** @default the kind in lower case */
  readonly singular?: string
  /** @default the kind with `List` behind it */
  readonly listKind?: string
  readonly shortNames?: readonly string[]
  /** Groups of kinds for `kubectl get CATEGORY`, such as `all`. */
  readonly categories?: readonly string[]
  /** @default Namespaced */
  readonly scope?: 'Namespaced' | 'Cluster'
  /** Of the CRD itself. */
  readonly labels?: Readonly<Record<string, string>>
  /** Of the CRD itself. */
  readonly annotations?: Readonly<Record<string, string>>
}
