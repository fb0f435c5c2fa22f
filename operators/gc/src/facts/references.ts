import type { KubeObject } from 'kubewright'

/** Something that an object names: `Secret/team/tls`. */
export type ReferenceKey = string

export const referenceKey = (kind: string, namespace: string | undefined, name: string): ReferenceKey =>
  `${kind}/${namespace ?? ''}/${name}`

/** The claims that a StatefulSet makes are called after it: `data-db-0`. */
export const claimFamilyKey = (namespace: string | undefined, prefix: string): ReferenceKey =>
  `PersistentVolumeClaim*/${namespace ?? ''}/${prefix}`

/**
 * Everything in the object that names a ConfigMap, a Secret, a claim or a ServiceAccount, wherever it stands: by the names that Kubernetes' own
 * types give to such fields, and that custom resources follow. One reference too many keeps an object; one too few deletes it.
 */
export function referencesIn(object: KubeObject): readonly ReferenceKey[] {
  const { namespace, name = '' } = object.metadata
  const found = new Set<ReferenceKey>()
  const { metadata: _, ...rest } = object as KubeObject & Readonly<Record<string, unknown>>
  walk(rest, namespace, found)
  for (const template of list(at(rest, 'spec', 'volumeClaimTemplates'))) {
    const claim = at(template, 'metadata', 'name')
    if (typeof claim === 'string') found.add(claimFamilyKey(namespace, `${claim}-${name}`))
  }
  // A Pod's ephemeral volumes are claims of the Pod's and the volume's name.
  if (object.kind === 'Pod')
    for (const volume of list(at(rest, 'spec', 'volumes'))) {
      const claim = at(volume, 'name')
      if (at(volume, 'ephemeral') !== undefined && typeof claim === 'string')
        found.add(referenceKey('PersistentVolumeClaim', namespace, `${name}-${claim}`))
    }
  if (object.kind === 'Pod' && at(rest, 'spec', 'serviceAccountName') === undefined)
    found.add(referenceKey('ServiceAccount', namespace, 'default'))
  return [...found]
}

/** Field names whose value is the name itself. */
const NAME_FIELDS: readonly (readonly [RegExp, string])[] = [
  [/secretName$/i, 'Secret'],
  [/configMapName$/i, 'ConfigMap'],
  [/claimName$/i, 'PersistentVolumeClaim'],
  [/^(serviceAccountName|serviceAccount)$/, 'ServiceAccount'],
]
/** Field names whose value is an object, or a list of them, with a `name`. */
const OBJECT_FIELDS: readonly (readonly [RegExp, string])[] = [
  [/secret(s|(key)?(selector|refs?|references?))?$/i, 'Secret'],
  [/(configMaps?|cm)((key)?(selector|refs?|references?))?$/i, 'ConfigMap'],
  [/^(claimRef|persistentVolumeClaim)$/, 'PersistentVolumeClaim'],
  [/^serviceAccountRef$/, 'ServiceAccount'],
]
/** An object may say its kind beside its name, too: certificateRefs, subjects, targetRef. */
export const REFERRED_KINDS = ['Secret', 'ConfigMap', 'PersistentVolumeClaim', 'ServiceAccount'] as const

/** What a field of this name names, if its value is a name, or something that has one. */
export function kindsNamedBy(field: string, value: 'name' | 'object'): readonly string[] {
  return (value === 'name' ? NAME_FIELDS : OBJECT_FIELDS).flatMap(([pattern, kind]) => (pattern.test(field) ? [kind] : []))
}

function walk(value: unknown, namespace: string | undefined, found: Set<ReferenceKey>): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, namespace, found)
    return
  }
  if (!isRecord(value)) return
  const name = value['name']
  const kind = REFERRED_KINDS.find((each) => each === value['kind'])
  if (typeof name === 'string' && kind !== undefined) found.add(keyOf(kind, value, name, namespace))
  for (const [field, inner] of Object.entries(value)) {
    if (typeof inner === 'string') {
      for (const named of kindsNamedBy(field, 'name')) found.add(keyOf(named, value, inner, namespace))
    } else {
      for (const named of kindsNamedBy(field, 'object')) for (const each of [inner].flat()) addNamed(named, each, namespace, found)
      walk(inner, namespace, found)
    }
  }
}

function addNamed(kind: string, value: unknown, namespace: string | undefined, found: Set<ReferenceKey>): void {
  if (typeof value === 'string') found.add(referenceKey(kind, namespace, value))
  if (isRecord(value) && typeof value['name'] === 'string') found.add(keyOf(kind, value, value['name'], namespace))
}

/** A reference may say another namespace, as those of PersistentVolumes and of role bindings do. */
function keyOf(kind: string, beside: Readonly<Record<string, unknown>>, name: string, namespace: string | undefined): ReferenceKey {
  const other = beside['namespace'] ?? beside['secretNamespace']
  return referenceKey(kind, typeof other === 'string' && other !== '' ? other : namespace, name)
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), value)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
