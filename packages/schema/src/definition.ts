import type { Kind, KubeObject, ObjectMeta, ResourceType } from '@kubewright/core'
import { apiVersionOf } from '@kubewright/core'
import { z } from 'zod'
import { definitionOf } from './crd.ts'
import type { Immutable } from './immutable.ts'
import { causesOf, InvalidObjectError } from './invalid-object.ts'
import type { KindOptions } from './kind-options.ts'
import { checkNames, type Names, namesOf } from './naming.ts'
import type { CrdManifest } from './structural.ts'

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

/** A kind of one's own: usable wherever a kind is, and able to say what it is. */
export interface KindDefinition<T extends KubeObject = KubeObject, Input = never> extends ResourceType<T> {
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly description: string | undefined
  /** The same object at each call. */
  crd(): CrdManifest
  /**
   * Checks what came from outside and fills in defaults, as the API server would (but for CEL rules); unknown fields of the spec are dropped.
   * The status is taken as it is: it may have been written by another version of the program.
   * @throws InvalidObjectError naming each wrong field.
   */
  parse(object: unknown): T
  /** A new object of the kind, with `apiVersion`, `kind` and defaults filled in. @throws InvalidObjectError */
  of(object: NewObject<Input>): T
}

/** The type of the objects of a kind: `type Website = ObjectOf<typeof Website>`. */
export type ObjectOf<K> = K extends Kind<infer T> ? T : never

/** @throws DefinitionError when the names are no names or the schema has a part that an API server cannot hold to. */
export function defineKind<Spec extends z.ZodObject, Status extends z.ZodObject = z.ZodObject<Record<never, never>>>(
  options: KindOptions<Spec, Status>,
): KindDefinition<CustomResource<Immutable<z.output<Spec>>, Immutable<z.output<Status>>>, Immutable<z.input<Spec>>> {
  type T = CustomResource<Immutable<z.output<Spec>>, Immutable<z.output<Status>>>
  const names: Names = namesOf(options)
  checkNames(options, names)
  const crd = definitionOf(options, names)
  const apiVersion = apiVersionOf(options)

  const envelope = z.looseObject({
    apiVersion: z.literal(apiVersion),
    kind: z.literal(options.kind),
    metadata: z.looseObject({}),
    spec: options.spec,
  })
  const parse = (object: unknown): T => {
    const result = envelope.safeParse(object)
    if (!result.success) throw new InvalidObjectError(describe(options.kind, object), causesOf(result.error))
    return result.data as unknown as T
  }

  return {
    group: options.group,
    version: options.version,
    kind: options.kind,
    ...names,
    namespaced: (options.scope ?? 'Namespaced') === 'Namespaced',
    shortNames: options.shortNames ?? [],
    categories: options.categories ?? [],
    description: options.description,
    crd: () => crd,
    parse,
    of: (object) => parse({ apiVersion, kind: options.kind, ...object }),
  }
}

function describe(kind: string, object: unknown): string {
  const metadata = (object as { readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown } } | null | undefined)
    ?.metadata
  const name = [metadata?.namespace, metadata?.name].filter((part) => typeof part === 'string').join('/')
  return name === '' ? kind : `${kind} "${name}"`
}
