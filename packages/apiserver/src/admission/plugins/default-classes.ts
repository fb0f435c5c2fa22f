import type { DynamicObject } from '@kubewright/core'
import { fieldsAt } from '../../registry/fields.ts'
import type { Draft } from '../../registry/strategy.ts'
import type { Store } from '../../storage/index.ts'
import type { AdmissionPlugin } from './plugin.ts'

interface Defaulting {
  /** Of the objects that may go without a class, and of the classes. */
  readonly table: string
  readonly classes: string
  readonly field: string
  /** In which classes, or objects, speak of it; the second of the classes is how it was once said. */
  readonly isDefault: readonly string[]
  readonly classAnnotation: string
}

/** Gives claims that name no storage class the default one. */
export const defaultStorageClass = (store: Store): AdmissionPlugin =>
  defaultClass(store, {
    table: '/persistentvolumeclaims',
    classes: 'storage.k8s.io/storageclasses',
    field: 'storageClassName',
    isDefault: ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'],
    classAnnotation: 'volume.beta.kubernetes.io/storage-class',
  })

/** Gives Ingresses that name no class the default one. */
export const defaultIngressClass = (store: Store): AdmissionPlugin =>
  defaultClass(store, {
    table: 'networking.k8s.io/ingresses',
    classes: 'networking.k8s.io/ingressclasses',
    field: 'ingressClassName',
    isDefault: ['ingressclass.kubernetes.io/is-default-class'],
    classAnnotation: 'kubernetes.io/ingress.class',
  })

function defaultClass(store: Store, { table, classes, field, isDefault, classAnnotation }: Defaulting): AdmissionPlugin {
  const isMarked = ({ metadata: { annotations = {} } }: DynamicObject) => isDefault.some((key) => annotations[key] === 'true')
  return {
    tables: [table],
    admit({ old }, draft) {
      if (old !== undefined || namesClass(draft, field, classAnnotation)) return
      const [chosen] = store
        .list(classes)
        .map(({ object }) => object)
        .filter(isMarked)
        .sort(newestFirst)
      if (chosen !== undefined) fieldsAt(draft, 'spec')[field] = chosen.metadata.name
    },
  }
}

/** That none is wanted can be said by an empty name. */
const namesClass = (draft: Draft, field: string, annotation: string): boolean =>
  fieldsAt(draft, 'spec')[field] !== undefined || draft.metadata.annotations?.[annotation] !== undefined

function newestFirst({ metadata: a }: DynamicObject, { metadata: b }: DynamicObject): number {
  const [first, second] = [String(a.creationTimestamp), String(b.creationTimestamp)]
  if (first !== second) return first < second ? 1 : -1
  return String(a.name) < String(b.name) ? -1 : 1
}
