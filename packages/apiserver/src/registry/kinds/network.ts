import { addresses, serviceRanges } from '../strategies/address-space.ts'
import { endpointSlices, ingressClasses, ingresses, networkPolicies } from '../strategies/networking.ts'
import type { GroupKinds } from './kind.ts'

export const networking: GroupKinds = {
  group: 'networking.k8s.io',
  version: 'v1',
  kinds: [
    { kind: 'IngressClass', plural: 'ingressclasses', cluster: true, strategy: ingressClasses },
    { kind: 'Ingress', plural: 'ingresses', short: ['ing'], strategy: ingresses },
    { kind: 'IPAddress', plural: 'ipaddresses', cluster: true, short: ['ip'], strategy: addresses },
    { kind: 'NetworkPolicy', plural: 'networkpolicies', short: ['netpol'], strategy: networkPolicies },
    { kind: 'ServiceCIDR', plural: 'servicecidrs', cluster: true, strategy: serviceRanges },
  ],
}

export const discovery: GroupKinds = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kinds: [{ kind: 'EndpointSlice', plural: 'endpointslices', strategy: endpointSlices }],
}
