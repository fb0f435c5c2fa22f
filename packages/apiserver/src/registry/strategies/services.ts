import { type DynamicObject, deepEqual, type StatusCause } from '@kubewright/core'
import { invalidValue, requiredValue } from '../../status/index.ts'
import { type Fields, fieldsAt, fill, listAt, optionalFields } from '../fields.ts'
import { labelName } from '../object-meta.ts'
import { defaultStrategy, type Strategy, textAt } from '../strategy.ts'

const specOf = (object: DynamicObject): Fields => optionalFields(object as Fields, 'spec') ?? {}

/** Hands out cluster IPs and node ports. They route nowhere here; clients wait for them to appear (Helm's `--wait`) and show them. */
export interface ServiceAddresses {
  clusterIP(): string
  nodePort(): number
  /** A service that is there has its own from an earlier server. */
  taken(service: DynamicObject): void
}

/** Where services are stored. */
export const SERVICES_TABLE = '/services'

export function services(addresses: ServiceAddresses): Strategy {
  return {
    ...defaultStrategy,
    returnsDeleted: true,
    // Relaxed from DNS-1035 in 1.36: a leading digit is legal now.
    name: labelName,
    createOnUpdate: true,
    statusSeparated: true,
    selectable: { 'spec.clusterIP': textAt('spec', 'clusterIP'), 'spec.type': textAt('spec', 'type') },
    defaults(draft) {
      const spec = fieldsAt(draft, 'spec')
      fill(spec, { type: 'ClusterIP', sessionAffinity: 'None' })
      for (const port of listAt(spec, 'ports')) {
        port['protocol'] ??= 'TCP'
        port['targetPort'] ??= port['port']
      }
      if (spec['type'] === 'ExternalName') return
      spec['internalTrafficPolicy'] ??= 'Cluster'
      if (spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer') spec['externalTrafficPolicy'] ??= 'Cluster'
      if (spec['type'] === 'LoadBalancer') spec['allocateLoadBalancerNodePorts'] ??= true
    },
    prepareCreate(draft) {
      draft['status'] = { loadBalancer: {} }
      allocate(fieldsAt(draft, 'spec'), addresses)
    },
    prepareUpdate(draft, old) {
      const spec = fieldsAt(draft, 'spec')
      const before = specOf(old)
      // A PUT that leaves the allocated fields out keeps them.
      if (spec['type'] !== 'ExternalName' && before['type'] !== 'ExternalName') {
        for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) spec[field] ??= before[field]
      } else if (spec['type'] !== 'ExternalName') allocate(spec, addresses)
    },
    validate(object) {
      const spec = specOf(object)
      const ports = listAt(spec, 'ports')
      const causes: StatusCause[] = []
      if (spec['type'] === 'ExternalName') {
        if (!spec['externalName']) causes.push(requiredValue('spec.externalName'))
        return causes
      }
      if (ports.length === 0 && spec['clusterIP'] !== 'None') causes.push(requiredValue('spec.ports'))
      ports.forEach((port, index) => {
        if (ports.length > 1 && !port['name']) causes.push(requiredValue(`spec.ports[${index}].name`))
        for (const field of ['port', 'targetPort']) {
          const number = port[field] ?? 0
          if (typeof number === 'number' && (number < 1 || number > 65535))
            causes.push(invalidValue(`spec.ports[${index}].${field}`, number, 'must be between 1 and 65535, inclusive'))
        }
      })
      return causes
    },
    validateUpdate(object, old) {
      const before = specOf(old)['clusterIPs']
      const after = specOf(object)['clusterIP']
      const isFixed = before !== undefined && specOf(object)['type'] !== 'ExternalName'
      return isFixed && !deepEqual(after, specOf(old)['clusterIP'])
        ? [invalidValue('spec.clusterIPs[0]', [after], 'may not change once set')]
        : []
    },
  }
}

function allocate(spec: Fields, addresses: ServiceAddresses): void {
  if (spec['type'] === 'ExternalName') return
  spec['clusterIP'] ||= addresses.clusterIP()
  spec['clusterIPs'] ??= [spec['clusterIP']]
  // Somebody else makes the endpoints of a service without a selector, and may make them of both families.
  const isBoth = spec['clusterIP'] === 'None' && Object.keys(optionalFields(spec, 'selector') ?? {}).length === 0
  spec['ipFamilies'] ??= isBoth ? ['IPv4', 'IPv6'] : ['IPv4']
  spec['ipFamilyPolicy'] ??= isBoth ? 'RequireDualStack' : 'SingleStack'
  if (spec['type'] !== 'NodePort' && spec['type'] !== 'LoadBalancer') return
  for (const port of listAt(spec, 'ports')) port['nodePort'] ??= addresses.nodePort()
}

/** Kubernetes' default range of node ports. */
const NODE_PORTS = { first: 30_000, last: 32_767 }

/** Addresses of a /16, in order, from .0.10 on: the first ones have fixed owners (10.96.0.1 is the API server's). */
export function serviceAddresses(network = '10.96'): ServiceAddresses {
  let address = 9
  let port = NODE_PORTS.first - 1
  return {
    clusterIP() {
      address = address >= 65_534 ? 10 : address + 1
      return `${network}.${address >> 8}.${address & 255}`
    },
    nodePort() {
      port = port >= NODE_PORTS.last ? NODE_PORTS.first : port + 1
      return port
    },
    taken(service) {
      const { clusterIP, ports } = specOf(service)
      const [, third, fourth] = /^\d+\.\d+\.(\d+)\.(\d+)$/.exec(String(clusterIP)) ?? []
      if (String(clusterIP).startsWith(`${network}.`)) address = Math.max(address, Number(third) * 256 + Number(fourth))
      for (const { nodePort } of listAt({ ports }, 'ports')) if (typeof nodePort === 'number') port = Math.max(port, nodePort)
    },
  }
}
