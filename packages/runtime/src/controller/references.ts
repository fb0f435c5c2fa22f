import type { KubeObject } from '@kubewright/core'
import type { Informer } from '../cache/informer.ts'
import type { IndexFunction } from '../cache/store.ts'
import type { ReferencedSource, WatchSource } from './options.ts'
import type { ReconcileTarget } from './request.ts'

/** How the reconciled objects are found that a watched object concerns. */
export interface Concerned<T extends KubeObject> {
  readonly source: WatchSource<KubeObject, T>
  /** Of the reconciled kind; made once, because a cache takes one function under a name. `undefined`: the source maps by itself. */
  readonly index: { readonly name: string; readonly keysOf: IndexFunction<T> } | undefined
}

export function concernedBy<T extends KubeObject>(
  source: WatchSource<KubeObject, T>,
  { controller, at }: { readonly controller: string; readonly at: number },
): Concerned<T> {
  if (!('namedBy' in source)) return { source, index: undefined }
  return { source, index: { name: `kubewright.dev/references/${controller}/${at}`, keysOf: (object) => keysNamed(source, object) } }
}

/** Prepares the index, and returns the function that maps a watched object. */
export function mapOf<T extends KubeObject>(
  { source, index }: Concerned<T>,
  primary: Informer<T>,
): (object: KubeObject) => Iterable<ReconcileTarget> {
  if ('map' in source) return (object) => source.map(object)
  if (index === undefined) return () => []
  primary.addIndex(index.name, index.keysOf)
  return ({ metadata: { name = '', namespace } }) =>
    primary
      .byIndex(index.name, keyOf(name, namespace))
      .map(({ metadata }) => ({ name: metadata.name ?? '', namespace: metadata.namespace }))
}

/** Whether the kind has namespaces is not known here. A name alone is entered under both forms, and an object asks for the one that it has. */
function keysNamed<T extends KubeObject>(source: ReferencedSource<KubeObject, T>, object: T): readonly string[] {
  return [...source.namedBy(object)].flatMap((named) => {
    const { name, namespace } = typeof named === 'string' ? { name: named } : named
    return namespace ? [keyOf(name, namespace)] : [...new Set([keyOf(name, object.metadata.namespace), keyOf(name, undefined)])]
  })
}

const keyOf = (name: string, namespace: string | undefined) => `${namespace ?? ''}/${name}`
