import { type Cache, describeKind, type Kind, type KubeObject, objectKey, type Reachability } from 'kubewright'
import { type DeclaredReferrer, declaredReferences } from './declared-referrers.ts'
import { type Fact, known, unknown } from './facts.ts'
import { ReferenceIndex } from './reference-index.ts'
import { type ReferenceKey, referencesIn } from './references.ts'
import { WatchedKind } from './watched-kind.ts'

const core = (kind: string): Kind<KubeObject> => ({ group: '', version: 'v1', kind })
const of = (group: string, kind: string, version = 'v1'): Kind<KubeObject> => ({ group, version, kind })

/** Whatever may name a ConfigMap, a Secret, a claim or a ServiceAccount. Kinds that a server does not have name nothing. */
export const REFERRERS: readonly Kind<KubeObject>[] = [
  ...['Pod', 'ReplicationController', 'PodTemplate', 'ServiceAccount', 'PersistentVolume'].map(core),
  ...['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'].map((kind) => of('apps', kind)),
  ...['Job', 'CronJob'].map((kind) => of('batch', kind)),
  of('networking.k8s.io', 'Ingress'),
  of('gateway.networking.k8s.io', 'Gateway'),
  of('storage.k8s.io', 'StorageClass'),
  of('rbac.authorization.k8s.io', 'RoleBinding'),
  of('rbac.authorization.k8s.io', 'ClusterRoleBinding'),
]

interface Referrer extends KubeObject {
  readonly references?: readonly ReferenceKey[]
}

/** What is kept of a referrer: a Pod is 6 kB, its references are a line. */
function kept(object: KubeObject, references: readonly ReferenceKey[]): Referrer {
  const { name, namespace, uid, resourceVersion } = object.metadata
  const metadata = {
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  }
  return {
    ...(object.apiVersion !== undefined && { apiVersion: object.apiVersion }),
    ...(object.kind !== undefined && { kind: object.kind }),
    metadata,
    references,
  }
}

/** One function, so that all who ask share the watches. */
const referencesAlone = (object: KubeObject): Referrer => kept(object, referencesIn(object))

export interface ReferrersEnvironment {
  readonly cache: Cache
  readonly reachability: Pick<Reachability, 'failed' | 'pause'>
  /** Wall clock, ms. */
  readonly now: () => number
}

interface Watched {
  readonly kind: Kind<KubeObject>
  readonly watch: WatchedKind<Referrer>
  /** Whether a policy says that there is such a kind: then its absence is no answer. */
  readonly declared: boolean
}

/** Who names what in one namespace, or in all: a watch for each kind that may. */
export class Referrers {
  readonly index = new ReferenceIndex()
  readonly #watches: readonly Watched[]
  readonly #now: () => number
  /** Since when (wall clock, ms) all of them have been read. */
  #since: number | undefined

  /** `changed` is told what is named for the first time or no more; `undefined`: anything may be. */
  constructor(
    { cache, reachability, now }: ReferrersEnvironment,
    { namespace, declared }: { readonly namespace: string | undefined; readonly declared: readonly DeclaredReferrer[] },
    changed: (key: ReferenceKey | undefined) => void,
  ) {
    this.#now = now
    const watch = (kind: Kind<KubeObject>, transform: (object: KubeObject) => Referrer) => {
      const told = (object: Referrer, references: readonly ReferenceKey[]) => {
        for (const key of this.index.set(`${describeKind(kind)} ${objectKey(object)}`, references, now())) changed(key)
      }
      return new WatchedKind<Referrer>({
        cache,
        reachability,
        kind: kind as Kind<Referrer>,
        scope: { ...(namespace !== undefined && { namespace }), transform },
        handler: {
          add: (object) => told(object, object.references ?? []),
          update: (_, object) => told(object, object.references ?? []),
          delete: (object) => told(object, []),
        },
        changed: () => {
          this.#settle()
          changed(undefined)
        },
      })
    }
    this.#watches = [
      ...REFERRERS.map((kind) => ({ kind, watch: watch(kind, referencesAlone), declared: false })),
      ...declared.map((referrer) => {
        const kind = referrer.kind as Kind<KubeObject>
        const transform =
          referrer.fields.length === 0 ? referencesAlone : (object: KubeObject) => kept(object, declaredReferences(referrer, object))
        return { kind, watch: watch(kind, transform), declared: true }
      }),
    ]
  }

  /** Since when all has been seen; what was used before nobody knows. */
  get since(): Fact<number> {
    for (const { kind, watch, declared } of this.#watches) {
      if (watch.state.is === 'failing') return unknown(`who refers to it cannot be seen: ${watch.state.reason}`)
      if (watch.state.is === 'absent' && declared)
        return unknown(`who refers to it cannot be seen: the server does not serve ${describeKind(kind)}, which spec.referrers names`)
    }
    return this.#since === undefined ? unknown('who refers to it is being read for the first time') : known(this.#since)
  }

  inspect(): void {
    for (const { watch } of this.#watches) watch.inspect()
  }

  async close(): Promise<void> {
    await Promise.all(this.#watches.map(({ watch }) => watch.close()))
  }

  /** A gap in what was seen is a new beginning. */
  #settle(): void {
    const complete = this.#watches.every(({ watch: { state }, declared }) => state.is === 'synced' || (state.is === 'absent' && !declared))
    this.#since = complete ? (this.#since ?? this.#now()) : undefined
  }
}
