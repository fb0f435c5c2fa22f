import { type DynamicObject, deepEqual, withFinalizer, withoutFinalizer } from '@kubewright/core'
import { type Actuator, type ClusterView, type Effect, TABLES } from './actuator.ts'
import { asPod, isLeaving, isOver, type Pod } from './pod.ts'
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, classOf, isOf, type Volume, type VolumeClaim, volumeFor } from './volume.ts'

/** Keeps a claim while a pod uses it. */
const PROTECTION = 'kubernetes.io/pvc-protection'

/** Gives claims the volumes that are there, and keeps those that pods use. Volumes are made by hand, or by a provisioner of the user's own. */
export const volumeClaims: Actuator = {
  name: 'persistentvolumeclaim',
  table: TABLES.claims,
  concerns: {
    [TABLES.volumes]: (volume, view) =>
      (view.list(TABLES.claims) as readonly VolumeClaim[]).filter(
        (claim) => claim.spec.volumeName === undefined || claim.spec.volumeName === volume.metadata.name,
      ),
    [TABLES.pods]: (pod, view) => claimsOf(asPod(pod)).flatMap((name) => view.get(TABLES.claims, pod.metadata.namespace, name) ?? []),
  },
  plan(object, view) {
    const claim = object as VolumeClaim
    if (isLeaving(claim)) return { effects: isUsed(claim, view) ? [] : changed(claim, withoutFinalizer(claim, PROTECTION)) }
    const effects = claim.spec.volumeName === undefined ? unbound(claim, view) : bound(claim, claim.spec.volumeName, view)
    return { effects: effects.length === 0 ? changed(claim, withFinalizer(claim, PROTECTION)) : effects }
  },
}

const changed = (before: VolumeClaim, object: DynamicObject): readonly Effect[] =>
  object === before ? [] : [{ do: 'update', table: TABLES.claims, object }]

const claimsOf = ({ spec: { volumes = [] } }: Pod): readonly string[] =>
  volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [])

/** By a pod that has a node and is not over: one without a node would wait for ever. */
function isUsed({ metadata: { namespace, name = '' } }: VolumeClaim, view: ClusterView): boolean {
  const pods = view.list(TABLES.pods, namespace).map(asPod)
  return pods.some((pod) => pod.spec.nodeName !== undefined && !isOver(pod) && claimsOf(pod).includes(name))
}

function unbound(claim: VolumeClaim, view: ClusterView): readonly Effect[] {
  const storageClass = view.get(TABLES.storageClasses, undefined, classOf(claim))
  if (storageClass?.['volumeBindingMode'] === 'WaitForFirstConsumer' && !isUsed(claim, view)) return []
  const volume = volumeFor(claim, view.list(TABLES.volumes) as readonly Volume[])
  if (volume === undefined) return []
  // The volume first: of two claims that want it one alone can write that.
  if (volume.spec.claimRef?.uid === undefined) return [take(volume, claim)]
  const annotations = { ...claim.metadata.annotations, [BIND_COMPLETED]: 'yes', [BOUND_BY_CONTROLLER]: 'yes' }
  const metadata = { ...withFinalizer(claim, PROTECTION).metadata, annotations }
  return changed(claim, { ...claim, metadata, spec: { ...claim.spec, volumeName: volume.metadata.name } })
}

function take(volume: Volume, { metadata: { namespace, name, uid, resourceVersion } }: VolumeClaim): Effect {
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion }
  // Who has reserved it by hand has bound it.
  const ours = volume.spec.claimRef === undefined ? { [BOUND_BY_CONTROLLER]: 'yes' } : {}
  const metadata = { ...volume.metadata, annotations: { ...volume.metadata.annotations, ...ours } }
  return { do: 'update', table: TABLES.volumes, object: { ...volume, metadata, spec: { ...volume.spec, claimRef } } as DynamicObject }
}

function bound(claim: VolumeClaim, volumeName: string, view: ClusterView): readonly Effect[] {
  const volume = view.get(TABLES.volumes, undefined, volumeName) as Volume | undefined
  const isComplete = claim.metadata.annotations?.[BIND_COMPLETED] !== undefined
  if (volume === undefined || (volume.spec.claimRef !== undefined && !isOf(volume, claim))) {
    // What was its own and is no longer is lost; what it only asks for may still become free.
    const { accessModes: _modes, capacity: _capacity, currentVolumeAttributesClassName: _class, ...rest } = claim.status ?? {}
    return withStatus(claim, { ...rest, phase: isComplete ? 'Lost' : 'Pending' })
  }
  if (volume.spec.claimRef?.uid === undefined) return isLeaving(volume) ? [] : [take(volume, claim)]
  if (!isComplete) {
    const metadata = { ...claim.metadata, annotations: { ...claim.metadata.annotations, [BIND_COMPLETED]: 'yes' } }
    return changed(claim, { ...claim, metadata })
  }
  return withStatus(claim, { ...claim.status, phase: 'Bound', accessModes: volume.spec.accessModes, ...gained(claim, volume) })
}

/** Told once: afterwards who resizes or modifies the volume says how far he has come. */
function gained({ status = {} }: VolumeClaim, { spec }: Volume): object {
  if (status.phase === 'Bound') return {}
  const { volumeAttributesClassName } = spec
  return {
    capacity: spec.capacity,
    ...(volumeAttributesClassName === undefined ? {} : { currentVolumeAttributesClassName: volumeAttributesClassName }),
  }
}

function withStatus(claim: VolumeClaim, status: object): readonly Effect[] {
  if (deepEqual(status, claim.status)) return []
  return [{ do: 'status', table: TABLES.claims, object: { ...claim, status } as DynamicObject }]
}
