import { age, type Column, column, integer, name, nameWith, wide } from '../column.ts'
import { at, listAt, orUnset, textAt, textsAt } from '../reading.ts'

const ACCESS_MODES: readonly (readonly [mode: string, short: string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
]

function accessModes(object: unknown, part: 'spec' | 'status'): string {
  const modes = textsAt(object, part, 'accessModes')
  return ACCESS_MODES.filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',')
}

function phase(object: unknown): string {
  return at(object, 'metadata', 'deletionTimestamp') ? 'Terminating' : textAt(object, 'status', 'phase')
}

/** Beta annotation of the days before the field; it still wins. */
function storageClass(object: unknown): string {
  return textAt(object, 'metadata', 'annotations', 'volume.beta.kubernetes.io/storage-class') || textAt(object, 'spec', 'storageClassName')
}

const isBound = (claim: unknown): boolean => textAt(claim, 'spec', 'volumeName') !== ''
const quantityText = (quantity: unknown): string => (quantity === undefined ? '0' : String(quantity))
const attributesClass = column('VolumeAttributesClass', (object) => orUnset(textAt(object, 'spec', 'volumeAttributesClassName')))
const volumeMode = wide('VolumeMode', (object) => orUnset(textAt(object, 'spec', 'volumeMode')))

export const persistentVolumeClaimColumns: readonly Column[] = [
  name,
  column('Status', phase),
  column('Volume', (claim) => textAt(claim, 'spec', 'volumeName')),
  column('Capacity', (claim) => (isBound(claim) ? quantityText(at(claim, 'status', 'capacity', 'storage')) : '')),
  column('Access Modes', (claim) => (isBound(claim) ? accessModes(claim, 'status') : '')),
  column('StorageClass', storageClass),
  attributesClass,
  age,
  volumeMode,
]

function claimText(volume: unknown): string {
  const claim = at(volume, 'spec', 'claimRef')
  return claim ? `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}` : ''
}

export const persistentVolumeColumns: readonly Column[] = [
  name,
  column('Capacity', (volume) => quantityText(at(volume, 'spec', 'capacity', 'storage'))),
  column('Access Modes', (volume) => accessModes(volume, 'spec')),
  column('Reclaim Policy', (volume) => textAt(volume, 'spec', 'persistentVolumeReclaimPolicy')),
  column('Status', phase),
  column('Claim', claimText),
  column('StorageClass', storageClass),
  attributesClass,
  column('Reason', (volume) => textAt(volume, 'status', 'reason')),
  age,
  volumeMode,
]

function defaultMark(storage: unknown): string {
  const annotations = at(storage, 'metadata', 'annotations')
  const isDefault = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'].some(
    (each) => textAt(annotations, each) === 'true',
  )
  return isDefault ? ' (default)' : ''
}

export const storageClassColumns: readonly Column[] = [
  nameWith(defaultMark),
  column('Provisioner', (object) => textAt(object, 'provisioner')),
  column('ReclaimPolicy', (object) => textAt(object, 'reclaimPolicy') || 'Delete'),
  column('VolumeBindingMode', (object) => orUnset(textAt(object, 'volumeBindingMode'))),
  column('AllowVolumeExpansion', (object) => at(object, 'allowVolumeExpansion') === true),
  age,
]

const yesOrNo = (title: string, ...path: readonly string[]): Column =>
  column(title, (object) => at(object, ...path) === true, { type: 'boolean' })

const audiences = (driver: unknown): string =>
  listAt(driver, 'spec', 'tokenRequests')
    .map((request) => textAt(request, 'audience'))
    .join(',')

export const csiDriverColumns: readonly Column[] = [
  name,
  yesOrNo('AttachRequired', 'spec', 'attachRequired'),
  yesOrNo('PodInfoOnMount', 'spec', 'podInfoOnMount'),
  yesOrNo('StorageCapacity', 'spec', 'storageCapacity'),
  column('TokenRequests', (driver) => orUnset(audiences(driver))),
  yesOrNo('RequiresRepublish', 'spec', 'requiresRepublish'),
  column('Modes', (driver) => textsAt(driver, 'spec', 'volumeLifecycleModes').join(',')),
  age,
]

export const csiNodeColumns: readonly Column[] = [name, integer('Drivers', (node) => listAt(node, 'spec', 'drivers').length), age]

export const volumeAttachmentColumns: readonly Column[] = [
  name,
  { ...column('Attacher', (attachment) => textAt(attachment, 'spec', 'attacher')), format: 'name' },
  column('PV', (attachment) => textAt(attachment, 'spec', 'source', 'persistentVolumeName')),
  column('Node', (attachment) => textAt(attachment, 'spec', 'nodeName')),
  yesOrNo('Attached', 'status', 'attached'),
  age,
]
