import {
  type ControllerDefinition,
  CronJob,
  changedBesidesStatus,
  controller,
  type coreV1,
  DaemonSet,
  Deployment,
  deepEqual,
  hasFinalizer,
  isNotFound,
  isTerminating,
  Job,
  type Kind,
  type KubeObject,
  onUpdate,
  owned,
  type Predicate,
  type ReconcileContext,
  type ReconcileResult,
  Secret,
  StatefulSet,
} from 'kubewright'
import { FINALIZER, GROUP } from '../annotations/names.ts'
import { isManaged, parseAnnotations } from '../annotations/parse.ts'
import { secretsOf } from '../discovery/secret-references.ts'
import { VaultSync } from '../kind/kinds.ts'
import type { Meter } from '../metrics/meter.ts'
import { type Defaults, type Material, specFor, specWithProblems, syncNameFor } from './translation.ts'

/** A kind whose objects may be annotated. */
export interface AnnotatedKind<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T> & { readonly plural: string }
  /** Of the values of a Secret nothing is needed here, and nothing is held. */
  readonly metadataOnly: boolean
  material(object: T): Material
}

const pods = (spec: coreV1.PodSpec | undefined): Material => ({ is: 'pods', spec })

function annotated<T extends KubeObject>(kind: Kind<T>, material: (object: T) => Material, metadataOnly = false): AnnotatedKind {
  return { kind: kind as AnnotatedKind['kind'], metadataOnly, material: material as AnnotatedKind['material'] }
}

export const ANNOTATED_KINDS: readonly AnnotatedKind[] = [
  annotated(Deployment, ({ spec }) => pods(spec?.template.spec)),
  annotated(StatefulSet, ({ spec }) => pods(spec?.template.spec)),
  annotated(DaemonSet, ({ spec }) => pods(spec?.template.spec)),
  annotated(Job, ({ spec }) => pods(spec?.template.spec)),
  annotated(CronJob, ({ spec }) => pods(spec?.jobTemplate.spec?.template.spec)),
  annotated(Secret, () => ({ is: 'secret' }), true),
]

export interface OwnerControllerOptions {
  readonly defaults: Defaults
  readonly workers: number
  readonly meter: () => Meter
}

/** How long the end of an object waits at most before it looks again whether its VaultSync is gone; its going is heard of at once. */
const LOOK_AGAIN = '15s'

/** Keeps a VaultSync for each annotated object of a kind. It never asks Vault for anything. */
export function ownerController(annotatedKind: AnnotatedKind, { defaults, workers, meter }: OwnerControllerOptions): ControllerDefinition {
  const { kind, metadataOnly } = annotatedKind
  return controller<KubeObject>(kind, {
    name: `vault-sync-${kind.kind.toLowerCase()}`,
    workers,
    metadataOnly,
    finalizer: FINALIZER,
    predicates: [relevant(annotatedKind)],
    // Its status is written at every sync, and says nothing to its owner.
    owns: [owned(VaultSync, { predicates: [changedBesidesStatus] })],
    // A resync would say to ten thousand objects what each of them has said already.
    resync: false,
    manages: ({ metadata }) => isManaged(metadata.annotations),
    reconcile: (context) => translate(context, annotatedKind, defaults, meter),
    cleanup: (context) => end(context, defaults),
  })
}

async function translate(
  context: ReconcileContext<KubeObject>,
  { kind, material }: AnnotatedKind,
  defaults: Defaults,
  meter: () => Meter,
): Promise<void> {
  const object = {
    apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
    kind: kind.kind,
    ...context.object,
  } as KubeObject
  const { name = '', namespace = '' } = object.metadata
  const parsed = parseAnnotations(object.metadata.annotations)
  if (parsed.is === 'unmanaged') return
  const called = syncNameFor(kind.kind, name)
  const before = context.children(VaultSync).find((each) => each.metadata.name === called)
  const metadata = { name: called, namespace, ...finalizersFor(before) }
  if (parsed.is === 'valid') {
    await context.apply(VaultSync.of({ metadata, spec: specFor(object, parsed.request, material(context.object), defaults) }))
    return
  }
  meter().configError({ namespace, resource: `${kind.kind}/${name}` })
  await context.apply(VaultSync.of({ metadata, spec: specWithProblems(object, parsed.problems, parsed.request.path, before?.spec) }))
}

/** From the beginning, which saves a write; but what is going and has been cleaned up takes no finalizer any more: the server would answer 422. */
function finalizersFor(before: VaultSync | undefined): { readonly finalizers?: string[] } {
  if (before !== undefined && isTerminating(before) && !hasFinalizer(before, FINALIZER)) return {}
  return { finalizers: [FINALIZER] }
}

/** The VaultSync goes first, and Vault is cleaned up with it; the object waits for that. */
async function end(context: ReconcileContext<KubeObject>, defaults: Defaults): Promise<ReconcileResult> {
  const { object, client, signal } = context
  const children = context.children(VaultSync)
  if (children.length === 0) return undefined
  const resource = await client.resource(VaultSync, { signal })
  for (const { metadata, spec } of children) {
    const where = { name: metadata.name, namespace: metadata.namespace }
    // What it said last counts, also when it was said a moment before its end. Without annotations there is nothing to be heard.
    const parsed = parseAnnotations(object.metadata.annotations)
    if (parsed.is !== 'unmanaged') {
      const { deletionPolicy = defaults.deletionPolicy, forceFinalize = false } = parsed.request.options
      if (spec.deletionPolicy !== deletionPolicy || spec.forceFinalize !== forceFinalize)
        await resource.patch(where, { type: 'merge', body: { spec: { deletionPolicy, forceFinalize } } }, { signal })
    }
    if (metadata.deletionTimestamp !== undefined) continue
    try {
      await resource.delete(where, { signal, preconditions: { uid: metadata.uid } })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
  return { requeueAfter: LOOK_AGAIN }
}

/** What the translation reads, and no more: a Deployment's status changes all the time. */
function relevant({ material }: AnnotatedKind): Predicate {
  const read = (object: KubeObject) => {
    const { annotations = {}, deletionTimestamp, uid } = object.metadata
    const own = Object.entries(annotations).filter(([key]) => key.startsWith(`${GROUP}/`))
    const made = material(object)
    return [uid, deletionTimestamp, Object.fromEntries(own), made.is === 'pods' ? secretsOf(made.spec, { imagePullSecrets: true }) : []]
  }
  return onUpdate(
    (old, object) => (hasFinalizer(old, FINALIZER) && !hasFinalizer(object, FINALIZER)) || !deepEqual(read(old), read(object)),
  )
}
