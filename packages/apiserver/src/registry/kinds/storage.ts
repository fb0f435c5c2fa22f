import { csiDrivers, csiNodes, csiStorageCapacities, storageClasses, volumeAttachments } from '../strategies/volumes.ts'
import type { GroupKinds } from './kind.ts'

export const storage: GroupKinds = {
  group: 'storage.k8s.io',
  version: 'v1',
  kinds: [
    { kind: 'CSIDriver', plural: 'csidrivers', cluster: true, strategy: csiDrivers },
    { kind: 'CSINode', plural: 'csinodes', cluster: true, strategy: csiNodes },
    { kind: 'CSIStorageCapacity', plural: 'csistoragecapacities', strategy: csiStorageCapacities },
    { kind: 'StorageClass', plural: 'storageclasses', cluster: true, short: ['sc'], strategy: storageClasses },
    { kind: 'VolumeAttachment', plural: 'volumeattachments', cluster: true, strategy: volumeAttachments },
    { kind: 'VolumeAttributesClass', plural: 'volumeattributesclasses', cluster: true, short: ['vac'] },
  ],
}
