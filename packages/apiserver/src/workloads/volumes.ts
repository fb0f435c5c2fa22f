import { type DynamicObject, formatTime, withFinalizer, withoutFinalizer } from '@kubewright/core'
import { type Actuator, type ClusterView, type Effect, TABLES } from './actuator.ts'
import { isLeaving } from './pod.ts'
import { BOUND_BY_CONTROLLER, isOf, type Volume, type VolumeClaim } from './volume.ts'

/** Keeps a volume while a claim has it. */
const PROTECTION = 'kubernetes.io/pv-protection'

/** Says what state volumes are in, and keeps those that are in use. What a claim has left is never deleted: nothing here could empty it. */
export const volumes: Actuator = {
  name: 'persistentvolume',
  table: TABLES.volumes,
  concerns: {
    [TABLES.claims]: (claim, view) => (view.list(TABLES.volumes) as readonly Volume[]).filter((volume) => isNamed(volume, claim)),
  },
  plan(object, view) {
    const volume = object as Volume
    return { effects: [...protect(volume), ...settle(volume, view)] }
  },
}

const isNamed = ({ spec: { claimRef } }: Volume, { metadata }: DynamicObject): boolean =>
  claimRef?.namespace === metadata.namespace && claimRef?.name === metadata.name

function protect(volume: Volume): readonly Effect[] {
  if (isLeaving(volume) && volume.status?.phase === 'Bound') return []
  const object = isLeaving(volume) ? withoutFinalizer(volume, PROTECTION) : withFinalizer(volume, PROTECTION)
  return object === volume ? [] : [{ do: 'update', table: TABLES.volumes, object }]
}

function settle(volume: Volume, view: ClusterView): readonly Effect[] {
  const { claimRef, ...spec } = volume.spec
  // Reserved for a claim that has yet to take it.
  if (!claimRef?.uid) return inPhase(volume, 'Available', view)
  const named = view.get(TABLES.claims, claimRef.namespace, claimRef.name ?? '') as VolumeClaim | undefined
  const claim = named !== undefined && isOf(volume, named) ? named : undefined
  if (claim === undefined) return inPhase(volume, 'Released', view)
  if (claim.spec.volumeName === volume.metadata.name) return inPhase(volume, 'Bound', view)
  // The claim will take it, or has taken another one: then it is free again, if it was not bound by hand.
  const { [BOUND_BY_CONTROLLER]: isOurs, ...annotations } = volume.metadata.annotations ?? {}
  if (claim.spec.volumeName === undefined || isOurs === undefined) return []
  return [{ do: 'update', table: TABLES.volumes, object: { ...volume, metadata: { ...volume.metadata, annotations }, spec } }]
}

function inPhase(volume: Volume, phase: string, { now }: ClusterView): readonly Effect[] {
  if (volume.status?.phase === phase) return []
  const status = { ...volume.status, phase, lastPhaseTransitionTime: formatTime(now) }
  return [{ do: 'status', table: TABLES.volumes, object: { ...volume, status } as DynamicObject }]
}
