import { formatTime } from '@kubewright/core'
import { fieldsAt, fill, optionalFields } from '../fields.ts'
import { defaultStrategy, type Strategy } from '../strategy.ts'

export const persistentVolumeClaims: Strategy = {
  ...defaultStrategy,
  returnsDeleted: true,
  statusSeparated: true,
  defaults(draft) {
    fieldsAt(draft, 'spec')['volumeMode'] ??= 'Filesystem'
    fieldsAt(draft, 'status')['phase'] ??= 'Pending'
  },
}

export const persistentVolumes: Strategy = {
  ...defaultStrategy,
  returnsDeleted: true,
  statusSeparated: true,
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
}

export const storageClasses: Strategy = {
  ...defaultStrategy,
  returnsDeleted: true,
  defaults: (draft) => fill(draft, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
}

export const csiDrivers: Strategy = {
  ...defaultStrategy,
  returnsDeleted: true,
  generation: true,
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
