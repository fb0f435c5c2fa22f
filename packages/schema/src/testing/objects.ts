import { apiVersionOf, type KubeObject } from '@kubewright/core'
import { isJsonObject } from '../json.ts'
import { InvalidObjectError } from '../kind/invalid-object.ts'
import type { KindVersion } from '../kind/kind-definition.ts'
import { arbitraryOf } from './arbitrary.ts'
import type { Arbitrary, FastCheck } from './fast-check.ts'
import { type Spoilt, spoiltOf } from './spoilt.ts'

/** What a generator needs to know of a kind, or of one of its versions. */
export type GeneratedKind<T extends KubeObject> = Pick<KindVersion<T, never>, 'group' | 'version' | 'kind' | 'schema'> & {
  parse(object: unknown): T
}

/** An object as somebody may send it: defaults are not filled in. */
export interface SentObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: unknown
  readonly status?: unknown
}

/** Objects that the kind accepts, as people write them: defaults left out here and there. */
export function validObjects<T extends KubeObject>(fc: FastCheck, kind: GeneratedKind<T>): Arbitrary<SentObject> {
  const { spec, status } = kind.schema.properties!
  const parts = fc.record(
    { spec: arbitraryOf(fc, spec!), ...(status !== undefined && { status: arbitraryOf(fc, status) }) },
    { requiredKeys: ['spec'], noNullPrototype: true },
  )
  return parts
    .map(
      (given): SentObject => ({
        apiVersion: apiVersionOf(kind),
        kind: kind.kind,
        metadata: { name: 'generated' },
        ...(given as { spec: unknown }),
      }),
    )
    .filter((object) => accepts(kind, object))
}

/** Objects with one thing wrong in the spec, or on the edge of it: what each is to break stands beside it. */
export function spoiltObjects<T extends KubeObject>(
  fc: FastCheck,
  kind: GeneratedKind<T>,
): Arbitrary<Omit<Spoilt, 'value'> & { readonly object: SentObject }> {
  const { spec } = kind.schema.properties!
  return validObjects(fc, kind).chain(({ status: _, ...object }) => {
    const spoilt = spoiltOf(spec!, object.spec, 'spec')
    return fc.constantFrom(...spoilt).map(({ path, what, value }) => ({ path, what, object: { ...object, spec: value } }))
  })
}

function accepts<T extends KubeObject>(kind: GeneratedKind<T>, object: unknown): boolean {
  try {
    return isJsonObject(kind.parse(object))
  } catch (error) {
    if (error instanceof InvalidObjectError) return false
    throw error
  }
}
