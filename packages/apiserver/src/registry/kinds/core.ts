import type { Subresource } from '../resource.ts'
import type { ServiceAddresses } from '../service-addresses.ts'
import { configMaps, secrets } from '../strategies/config.ts'
import { events } from '../strategies/events.ts'
import { namespaces } from '../strategies/namespaces.ts'
import { endpoints } from '../strategies/networking.ts'
import { pods } from '../strategies/pods.ts'
import { limitRanges, nodes, resourceQuotas } from '../strategies/policy.ts'
import { services } from '../strategies/services.ts'
import { persistentVolumeClaims, persistentVolumes } from '../strategies/volumes.ts'
import { podTemplates, replicationControllers } from '../strategies/workloads.ts'
import { defaultStrategy } from '../strategy.ts'
import { ALL, ALL_VERBS, type GroupKinds } from './kind.ts'
import { scaleByMap } from './scale-mapping.ts'

const TOKEN: Subresource = {
  name: 'token',
  kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
  verbs: ['create'],
}

const POD_ACTIONS: readonly Subresource[] = [
  { name: 'binding', kind: { group: '', version: 'v1', kind: 'Binding' }, verbs: ['create'] },
  { name: 'eviction', kind: { group: 'policy', version: 'v1', kind: 'Eviction' }, verbs: ['create'] },
]

export const coreKinds = (addresses: ServiceAddresses): GroupKinds => ({
  group: '',
  version: 'v1',
  kinds: [
    {
      kind: 'ComponentStatus',
      plural: 'componentstatuses',
      cluster: true,
      short: ['cs'],
      verbs: ['get', 'list'],
      strategy: { ...defaultStrategy, deprecation: 'v1 ComponentStatus is deprecated in v1.19+' },
    },
    { kind: 'ConfigMap', plural: 'configmaps', short: ['cm'], strategy: configMaps },
    { kind: 'Endpoints', plural: 'endpoints', short: ['ep'], strategy: endpoints },
    { kind: 'Event', plural: 'events', short: ['ev'], strategy: events },
    { kind: 'LimitRange', plural: 'limitranges', short: ['limits'], strategy: limitRanges },
    {
      kind: 'Namespace',
      plural: 'namespaces',
      cluster: true,
      short: ['ns'],
      verbs: ALL_VERBS.filter((verb) => verb !== 'deletecollection'),
      strategy: namespaces,
      subresources: [{ name: 'finalize', verbs: ['update'] }],
    },
    { kind: 'Node', plural: 'nodes', cluster: true, short: ['no'], strategy: nodes },
    { kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', short: ['pvc'], strategy: persistentVolumeClaims },
    { kind: 'PersistentVolume', plural: 'persistentvolumes', cluster: true, short: ['pv'], strategy: persistentVolumes },
    { kind: 'Pod', plural: 'pods', short: ['po'], categories: ALL, strategy: pods, subresources: POD_ACTIONS },
    { kind: 'PodTemplate', plural: 'podtemplates', strategy: podTemplates },
    {
      kind: 'ReplicationController',
      plural: 'replicationcontrollers',
      short: ['rc'],
      categories: ALL,
      strategy: replicationControllers,
      scale: scaleByMap,
    },
    { kind: 'ResourceQuota', plural: 'resourcequotas', short: ['quota'], strategy: resourceQuotas },
    { kind: 'Secret', plural: 'secrets', strategy: secrets },
    {
      kind: 'ServiceAccount',
      plural: 'serviceaccounts',
      short: ['sa'],
      strategy: { ...defaultStrategy, returnsDeleted: true },
      subresources: [TOKEN],
    },
    { kind: 'Service', plural: 'services', short: ['svc'], categories: ALL, strategy: services(addresses) },
  ],
  actions: [{ kind: 'Binding', plural: 'bindings', namespaced: true }],
})
