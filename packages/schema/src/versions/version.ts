import type { ObjectMeta } from '@kubewright/core'
import type { z } from 'zod'
import type { Immutable } from '../kind/immutable.ts'
import type { VersionOptions } from '../kind/kind-options.ts'

/** What a converter sees of an object, defaults filled in. */
export interface Convertible<Spec, Status> {
  readonly metadata: ObjectMeta
  readonly spec: Spec
  readonly status?: Status
}

/** What a converter makes. Of the metadata only labels and annotations may be changed; left out, it stays as it is. */
export interface Conversion<Spec, Status> {
  readonly metadata?: Pick<ObjectMeta, 'labels' | 'annotations'>
  readonly spec: Spec
  readonly status?: Status
}

export type SpecOf<Schema> = Schema extends z.ZodObject ? Immutable<z.output<Schema>> : never
export type GivenSpecOf<Schema> = Schema extends z.ZodObject ? Immutable<z.input<Schema>> : never

/**
 * Another version of a kind and how it converts to the hub, the version that the kind was defined with, and back. Both functions must be pure and lose
 * nothing: `checkConversions` of `kubewright/testing` looks for what they lose. Without them the two versions differ in name only.
 */
export interface OtherVersion<
  Name extends string,
  Spec extends z.ZodObject,
  Status extends z.ZodObject,
  HubSpec,
  HubStatus,
  HubInput,
  HubStatusInput,
> extends VersionOptions<Spec, Status> {
  readonly version: Name
  /** Whether objects are stored in this version: for the time until no replica of an older program runs any more. @default false */
  readonly storage?: boolean
  readonly toHub?: (object: Convertible<SpecOf<Spec>, SpecOf<Status>>) => Conversion<HubInput, HubStatusInput>
  readonly fromHub?: (object: Convertible<HubSpec, HubStatus>) => Conversion<GivenSpecOf<Spec>, GivenSpecOf<Status>>
}

/** Converts whole objects between the versions of a kind, by way of the hub. */
export interface Converters {
  /** The version through which all conversions go. */
  readonly hub: string
  /** The versions besides the hub. */
  readonly versions: readonly string[]
  /** @throws ConversionError when the version is unknown, or its converter failed. */
  toHub(version: string, object: ConvertibleObject): ConvertibleObject
  /** @throws ConversionError */
  fromHub(version: string, object: ConvertibleObject): ConvertibleObject
  /** From the version that the object says it has, whichever that is. @throws ConversionError */
  convert(object: ConvertibleObject, version: string): ConvertibleObject
}

/** A whole object as it comes from the wire. */
export interface ConvertibleObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

/** An object could not be converted. */
export class ConversionError extends Error {
  override readonly name = 'ConversionError'
}
