import { type DynamicObject, deepEqual, dnsSubdomainErrors, formatTime, type StatusCause } from '@kubewright/core'
import { forbiddenValue, immutableField, invalidValue, requiredValue } from '../../status/index.ts'
import { type Fields, fieldsAt, fill, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

const specOf = (object: DynamicObject): Fields => optionalFields(object as Fields, 'spec') ?? {}
const isEmpty = (value: unknown): boolean => value === undefined || value === null || Object.keys(value as object).length === 0

/** What of a claim may change: how much it asks for, and how fast it is. */
const ADJUSTABLE = new Set(['resources', 'volumeAttributesClassName', 'volumeName'])

export const persistentVolumeClaims: Strategy = {
  ...defaultStrategy,
  returnsDeleted: true,
  statusSeparated: true,
  metadataByStatus: 'all',
  defaults(draft) {
    fieldsAt(draft, 'spec')['volumeMode'] ??= 'Filesystem'
    fieldsAt(draft, 'status')['phase'] ??= 'Pending'
  },
  validate(claim) {
    const { accessModes, resources } = specOf(claim)
    const storage = optionalFields(optionalFields({ resources }, 'resources') ?? {}, 'requests')?.['storage']
    return [
      ...(isEmpty(accessModes) ? [requiredValue('spec.accessModes', 'at least 1 access mode is required')] : []),
      ...(storage === undefined ? [requiredValue('spec.resources[storage]')] : []),
    ]
  },
  validateUpdate(claim, old) {
    const fixed = (object: DynamicObject) => Object.entries(specOf(object)).filter(([field]) => !ADJUSTABLE.has(field))
    if (deepEqual(Object.fromEntries(fixed(claim)), Object.fromEntries(fixed(old)))) return []
    return [
      forbiddenValue('spec', 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'),
    ]
  },
}

/** The rest of a volume's spec says where it is. */
const NOT_THE_SOURCE = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
])
const sourceOf = (volume: DynamicObject): Fields =>
  Object.fromEntries(Object.entries(specOf(volume)).filter(([field]) => !NOT_THE_SOURCE.has(field)))

export const persistentVolumes: Strategy = {
  ...defaultStrategy,
  returnsDeleted: true,
  statusSeparated: true,
  metadataByStatus: 'all',
  defaults(draft) {
    const spec = fieldsAt(draft, 'spec')
    fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' })
    const hostPath = optionalFields(spec, 'hostPath')
    if (hostPath !== undefined) hostPath['type'] ??= ''
    fieldsAt(draft, 'status')['phase'] ??= 'Pending'
  },
  prepareCreate(draft, { now }) {
    draft['status'] = { phase: 'Pending', lastPhaseTransitionTime: formatTime(now) }
  },
  validate(volume) {
    const { accessModes, capacity } = specOf(volume)
    const causes: StatusCause[] = isEmpty(accessModes) ? [requiredValue('spec.accessModes')] : []
    if (isEmpty(capacity)) {
      causes.push(requiredValue('spec.capacity'))
      causes.push({
        reason: 'FieldValueNotSupported',
        message: 'Unsupported value: null: supported values: "storage"',
        field: 'spec.capacity',
      })
    }
    if (isEmpty(sourceOf(volume))) causes.push(requiredValue('spec', 'must specify a volume type'))
    return causes
  },
  validateUpdate: (volume, old) =>
    deepEqual(sourceOf(volume), sourceOf(old))
      ? []
      : [forbiddenValue('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation')],
}

export const storageClasses: Strategy = {
  ...defaultStrategy,
  returnsDeleted: true,
  defaults: (draft) => fill(draft, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate: (storageClass) => (storageClass['provisioner'] ? [] : [requiredValue('provisioner')]),
  validateUpdate: (storageClass, old) =>
    ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'].flatMap((field) =>
      deepEqual(storageClass[field], old[field])
        ? []
        : [immutableField(field, storageClass[field] ?? (field === 'provisioner' ? '' : null))],
    ),
}

/** Drivers and the node's part in them: two writers who do not look at each other's write would lose one of them. */
const lockedStorage: Strategy = { ...defaultStrategy, unconditionalUpdate: false }

export const csiNodes: Strategy = { ...lockedStorage, returnsDeleted: true }

export const csiStorageCapacities: Strategy = {
  ...lockedStorage,
  validate(capacity) {
    const name = String(capacity['storageClassName'] ?? '')
    return dnsSubdomainErrors(name).map((problem) => invalidValue('storageClassName', name, problem))
  },
  validateUpdate: (capacity, old) =>
    ['nodeTopology', 'storageClassName'].flatMap((field) =>
      deepEqual(capacity[field], old[field]) ? [] : [immutableField(field, capacity[field])],
    ),
}

export const volumeAttachments: Strategy = {
  ...lockedStorage,
  returnsDeleted: true,
  statusSeparated: true,
  validate(attachment) {
    const { attacher, nodeName, source } = specOf(attachment)
    const name = String(nodeName ?? '')
    return [
      ...(attacher ? [] : [requiredValue('spec.attacher')]),
      ...(isEmpty(source) ? [requiredValue('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')] : []),
      ...dnsSubdomainErrors(name).map((problem) => invalidValue('spec.nodeName', name, problem)),
    ]
  },
  validateUpdate: (attachment, old) => (deepEqual(specOf(attachment), specOf(old)) ? [] : [immutableField('spec', specOf(attachment))]),
}

export const csiDrivers: Strategy = {
  ...lockedStorage,
  returnsDeleted: true,
  generation: 'of-changes',
  defaults(draft) {
    fill(fieldsAt(draft, 'spec'), {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      volumeLifecycleModes: ['Persistent'],
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      requiresRepublish: false,
      seLinuxMount: false,
    })
  },
}
