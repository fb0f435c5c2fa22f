import type { Kind, KubeObject, ObjectMeta, ResourceType } from '@kubewright/core'
import type { z } from 'zod'
import type { JsonObject } from '../json.ts'
import type { CrdManifest, StructuralSchema } from '../structural/structural.ts'
import type { Converters, GivenSpecOf, OtherVersion, SpecOf } from '../versions/version.ts'
import type { CrdOptions } from './crd.ts'

/** An object of a kind of one's own. */
export interface CustomResource<Spec = unknown, Status = unknown> extends KubeObject {
  readonly spec: Spec
  readonly status?: Status
}

/** What a new object is made from: defaults may be left out. */
export interface NewObject<Spec> {
  readonly metadata: ObjectMeta
  readonly spec: Spec
}

/** One version of a kind: usable wherever a kind is, and able to check objects. */
export interface KindVersion<T extends KubeObject = KubeObject, Input = never> extends ResourceType<T> {
  /**
   * Checks what came from outside and fills in defaults, as the API server would (but for CEL rules without a `check`): unknown fields of the spec
   * are dropped, and so is null where null is not allowed. The status is taken as it is: it may have been written by another version of the program.
   * @throws InvalidObjectError naming each wrong field.
   */
  parse(object: unknown): T
  /** A new object of the kind, with `apiVersion`, `kind` and defaults filled in. @throws InvalidObjectError */
  of(object: NewObject<Input>): T
  /** What the API server knows of the objects. */
  readonly schema: StructuralSchema
  /** Paths of checks that neither the CRD's schema nor CEL can say ({@link webhookOnly}): a webhook has to hold them. */
  readonly localChecks: readonly string[]
}

/** A kind of one's own: usable wherever a kind is, and able to say what it is. */
export interface KindDefinition<T extends KubeObject = KubeObject, Input = never> extends KindVersion<T, Input> {
  readonly singular: string
  readonly listKind: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly description: string | undefined
  /** Advice: rules that the API server may refuse for their cost, versions that lose fields. Empty for a definition without blemish. */
  readonly warnings: readonly string[]
  /** Every version, the hub first. */
  readonly versions: readonly KindVersion<KubeObject, never>[]
  /** Between the versions; `undefined` when there is one only, or when they differ in name only. */
  readonly converters: Converters | undefined
  /** Whether it has a status subresource. */
  readonly hasStatus: boolean
  /** The same object at each call without options. */
  crd(options?: CrdOptions): CrdManifest
  /** A page about the kind in Markdown: its fields with types, defaults, constraints and descriptions. */
  docs(): string
  /** JSON Schema (draft 7) of the kind's objects, for editors; unlike the API server's it has unknown fields marked. */
  jsonSchema(): JsonObject
  /** An object with the required fields, from `example`s in `.meta()`, defaults and what the schema allows. Look at it before you use it. */
  example(): T
}

/** A kind that was defined here, to which versions can be added. */
export interface DefinedKind<T extends CustomResource, Input, Others = Record<never, never>> extends KindDefinition<T, Input> {
  /**
   * The same kind with one more version, converted by way of this one.
   * @throws DefinitionError when the version has a part that an API server cannot hold to, or is there already.
   */
  withVersion<Name extends string, Spec extends z.ZodObject, Status extends z.ZodObject = z.ZodObject<Record<never, never>>>(
    version: OtherVersion<Name, Spec, Status, T['spec'], NonNullable<T['status']>, Input, NonNullable<T['status']>>,
  ): DefinedKind<T, Input, Others & { readonly [Version in Name]: VersionTypes<Spec, Status> }>
  /** Another version of the kind, to read or write its objects in. */
  inVersion<Name extends keyof Others & string>(version: Name): ObjectVersion<Others[Name]>
}

/** The types of one version: of its objects, and of what new ones are made from. */
export interface VersionTypes<Spec extends z.ZodObject, Status extends z.ZodObject> {
  readonly object: CustomResource<SpecOf<Spec>, SpecOf<Status>>
  readonly input: GivenSpecOf<Spec>
}

type ObjectVersion<Types> = Types extends { readonly object: infer T extends KubeObject; readonly input: infer Input }
  ? KindVersion<T, Input>
  : never

/** The type of the objects of a kind: `type Website = ObjectOf<typeof Website>`. */
export type ObjectOf<K> = K extends Kind<infer T> ? T : never
