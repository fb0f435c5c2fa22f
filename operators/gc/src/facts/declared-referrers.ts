import { type GroupVersionKind, type KubeObject, parseApiVersion } from 'kubewright'
import { scalars } from '../conditions/scalars.ts'
import { type FieldPath, parseFieldPath } from '../fields/field-path.ts'
import type { PolicySpec } from '../kinds/policies.ts'
import { type ReferenceKey, referenceKey, referencesIn } from './references.ts'

/** A kind whose objects may refer to something, as a policy declares it. */
export interface DeclaredReferrer {
  /** Equal ones have equal keys. */
  readonly key: string
  readonly kind: GroupVersionKind
  readonly fields: readonly ReferringField[]
}

interface ReferringField {
  readonly path: FieldPath
  readonly refersTo: string
  readonly namespacePath: FieldPath | undefined
}

/** @throws Error naming the field that cannot be read */
export function declaredReferrers(declared: PolicySpec['referrers']): readonly DeclaredReferrer[] {
  return (declared ?? []).map(({ apiVersion, kind, fields = [] }) => ({
    key: JSON.stringify([apiVersion, kind, fields]),
    kind: { ...parseApiVersion(apiVersion), kind },
    fields: fields.map(({ path, refersTo, namespacePath }) => ({
      path: parseFieldPath(path),
      refersTo,
      namespacePath: namespacePath === undefined ? undefined : parseFieldPath(namespacePath),
    })),
  }))
}

/** What an object of the kind names: in the fields that are declared, and under the names that Kubernetes' own types use. */
export function declaredReferences({ fields }: Pick<DeclaredReferrer, 'fields'>, object: KubeObject): readonly ReferenceKey[] {
  const found = new Set(referencesIn(object))
  for (const { path, refersTo, namespacePath } of fields) {
    const said = namespacePath === undefined ? [] : namespacePath.all(object).flatMap(scalars)
    // One reference too many keeps an object; one too few deletes it.
    const namespaces = said.length > 0 ? said : [object.metadata.namespace]
    for (const name of path.all(object).flatMap(namesIn))
      for (const namespace of namespaces) found.add(referenceKey(refersTo, namespace, name))
  }
  return [...found]
}

/** A name, or an object that has one. */
function namesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return scalars(value)
  if (Array.isArray(value)) return value.flatMap(namesIn)
  const { name } = value as { readonly name?: unknown }
  return typeof name === 'string' ? [name] : []
}
