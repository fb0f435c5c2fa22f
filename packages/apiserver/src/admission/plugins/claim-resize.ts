import { compareQuantities, type DynamicObject } from '@kubewright/core'
import { type Fields, optionalFields } from '../../registry/fields.ts'
import type { Store } from '../../storage/index.ts'
import { type AdmissionPlugin, denial } from './plugin.ts'

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** Lets claims grow that are bound, and whose class says that its volumes can. */
export function claimResize(store: Store): AdmissionPlugin {
  return {
    tables: ['/persistentvolumeclaims'],
    validate(write, claim) {
      const { old } = write
      if (old === undefined || compareQuantities(sizeOf(claim), sizeOf(old)) <= 0) return
      if (optionalFields(old as Fields, 'status')?.['phase'] !== 'Bound')
        throw denial(write, claim, 'Only bound persistent volume claims can be expanded')
      const name = classOf(claim)
      const storageClass = name === '' ? undefined : store.get('storage.k8s.io/storageclasses', name)?.object
      if (name !== classOf(old) || storageClass?.['allowVolumeExpansion'] !== true)
        throw denial(
          write,
          claim,
          'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
        )
    },
  }
}

const specOf = (claim: DynamicObject): Fields => optionalFields(claim as Fields, 'spec') ?? {}

const sizeOf = (claim: DynamicObject): string =>
  String(optionalFields(optionalFields(specOf(claim), 'resources') ?? {}, 'requests')?.['storage'] ?? '0')

const classOf = (claim: DynamicObject): string =>
  String(claim.metadata.annotations?.[CLASS_ANNOTATION] ?? specOf(claim)['storageClassName'] ?? '')
