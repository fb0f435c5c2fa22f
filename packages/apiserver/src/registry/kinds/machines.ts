import { deviceClasses, resourceClaims, resourceClaimTemplates, resourceSlices } from '../strategies/devices.ts'
import { runtimeClasses } from '../strategies/runtime-classes.ts'
import type { GroupKinds } from './kind.ts'

export const node: GroupKinds = {
  group: 'node.k8s.io',
  version: 'v1',
  kinds: [{ kind: 'RuntimeClass', plural: 'runtimeclasses', cluster: true, strategy: runtimeClasses }],
}

export const devices: GroupKinds = {
  group: 'resource.k8s.io',
  version: 'v1',
  kinds: [
    { kind: 'DeviceClass', plural: 'deviceclasses', cluster: true, strategy: deviceClasses },
    { kind: 'ResourceClaim', plural: 'resourceclaims', strategy: resourceClaims },
    { kind: 'ResourceClaimTemplate', plural: 'resourceclaimtemplates', strategy: resourceClaimTemplates },
    { kind: 'ResourceSlice', plural: 'resourceslices', cluster: true, strategy: resourceSlices },
  ],
}
