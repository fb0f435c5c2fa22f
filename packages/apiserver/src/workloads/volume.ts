import { compareQuantities, type DynamicObject, type LabelSelectorSpec, labelSelectorOf, matchesLabels } from '@kubewright/core'

/** A PersistentVolume, as much of it as actuators read. */
export interface Volume extends DynamicObject {
  readonly spec: {
    readonly capacity?: Readonly<Record<string, string>>
    readonly accessModes?: readonly string[]
    readonly storageClassName?: string
    readonly volumeMode?: string
    readonly volumeAttributesClassName?: string
    readonly claimRef?: { readonly namespace?: string; readonly name?: string; readonly uid?: string }
  }
  readonly status?: { readonly phase?: string }
}

/** A PersistentVolumeClaim, as much of it as actuators read. */
export interface VolumeClaim extends DynamicObject {
  readonly spec: {
    readonly accessModes?: readonly string[]
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> }
    readonly selector?: LabelSelectorSpec
    readonly storageClassName?: string
    readonly volumeMode?: string
    readonly volumeAttributesClassName?: string
    readonly volumeName?: string
  }
  readonly status?: {
    readonly phase?: string
    readonly accessModes?: readonly string[]
    readonly capacity?: Readonly<Record<string, string>>
    readonly currentVolumeAttributesClassName?: string
  }
}

/** On a volume or a claim that the two were put together by the controller, and not by hand. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'
/** On a claim that it has had its volume. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** Empty: of none. */
export const classOf = ({ metadata, spec }: Volume | VolumeClaim): string =>
  metadata.annotations?.[CLASS_ANNOTATION] ?? spec.storageClassName ?? ''

/** The volume is this claim's; reserved by name for a claim that has yet to come, it is that one's as well. */
export function isOf({ spec: { claimRef } }: Volume, { metadata }: VolumeClaim): boolean {
  if (claimRef?.namespace !== metadata.namespace || claimRef?.name !== metadata.name) return false
  return !claimRef?.uid || claimRef.uid === metadata.uid
}

/** What a claim gets: the volume that is its own already, else the smallest one that is free and large enough. */
export function volumeFor(claim: VolumeClaim, volumes: readonly Volume[]): Volume | undefined {
  const able = volumes.filter((volume) => volume.metadata.deletionTimestamp === undefined && holds(volume, claim))
  const reserved = able.find((volume) => isOf(volume, claim))
  if (reserved !== undefined) return reserved
  const free = able.filter((volume) => volume.spec.claimRef === undefined && volume.status?.phase === 'Available' && suits(volume, claim))
  return free.sort((a, b) => compareQuantities(sizeOf(a), sizeOf(b)))[0]
}

const sizeOf = ({ spec }: Volume): string => spec.capacity?.['storage'] ?? '0'

function holds(volume: Volume, { spec }: VolumeClaim): boolean {
  const isLargeEnough = compareQuantities(sizeOf(volume), spec.resources?.requests?.['storage'] ?? '0') >= 0
  return (
    isLargeEnough &&
    (volume.spec.volumeMode ?? 'Filesystem') === (spec.volumeMode ?? 'Filesystem') &&
    (volume.spec.volumeAttributesClassName ?? '') === (spec.volumeAttributesClassName ?? '')
  )
}

function suits(volume: Volume, claim: VolumeClaim): boolean {
  const { selector, accessModes = [] } = claim.spec
  return (
    classOf(volume) === classOf(claim) &&
    accessModes.every((mode) => volume.spec.accessModes?.includes(mode)) &&
    (selector === undefined || matchesLabels(labelSelectorOf(selector), volume.metadata.labels))
  )
}
