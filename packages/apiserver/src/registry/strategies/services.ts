import { type DynamicObject, deepEqual, type StatusCause } from '@kubewright/core'
import { forbiddenValue, invalidValue, requiredValue } from '../../status/index.ts'
import { type Fields, fieldsAt, fill, listAt, optionalFields } from '../fields.ts'
import { labelName } from '../object-meta.ts'
import { NODE_PORTS, type ServiceAddresses } from '../service-addresses.ts'
import { defaultStrategy, type Strategy, textAt } from '../strategy.ts'

const specOf = (object: DynamicObject): Fields => optionalFields(object as Fields, 'spec') ?? {}

export function services(addresses: ServiceAddresses): Strategy {
  return {
    ...defaultStrategy,
    returnsDeleted: true,
    // Relaxed from DNS-1035 in 1.36: a leading digit is legal now.
    name: labelName,
    createOnUpdate: true,
    statusSeparated: true,
    metadataByStatus: 'all',
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
      }
      if (hasNodePorts(before)) keepNodePorts(spec, before)
      allocate(spec, addresses)
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
      causes.push(...validateNodePorts(object, ports, addresses))
      // What is wrong so far keeps the real server from looking for addresses.
      return causes.length > 0 ? causes : validateClusterIp(object, addresses)
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
  spec['clusterIP'] ||= addresses.freeAddress()
  spec['clusterIPs'] ??= [spec['clusterIP']]
  // Somebody else makes the endpoints of a service without a selector, and may make them of both families.
  const isBoth = spec['clusterIP'] === 'None' && Object.keys(optionalFields(spec, 'selector') ?? {}).length === 0
  spec['ipFamilies'] ??= isBoth ? ['IPv4', 'IPv6'] : ['IPv4']
  spec['ipFamilyPolicy'] ??= isBoth ? 'RequireDualStack' : 'SingleStack'
  if (!hasNodePorts(spec)) return
  for (const port of listAt(spec, 'ports')) port['nodePort'] ||= addresses.freePort()
  if (spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local') spec['healthCheckNodePort'] ||= addresses.freePort()
}

const hasNodePorts = (spec: Fields): boolean => spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer'

/** A port that is not told another keeps its own; a service that no longer has any is rid of those it still repeats. */
function keepNodePorts(spec: Fields, before: Fields): void {
  const keyOf = ({ port, protocol = 'TCP' }: Fields) => `${protocol}/${port}`
  const old = new Map(listAt(before, 'ports').map((port) => [keyOf(port), port['nodePort']]))
  for (const port of listAt(spec, 'ports')) {
    const own = old.get(keyOf(port))
    if (hasNodePorts(spec)) port['nodePort'] ||= own
    else if (port['nodePort'] === own) delete port['nodePort']
  }
  if (!hasNodePorts(spec) && spec['healthCheckNodePort'] === before['healthCheckNodePort']) delete spec['healthCheckNodePort']
}

function validateNodePorts(service: DynamicObject, ports: readonly Fields[], addresses: ServiceAddresses): readonly StatusCause[] {
  const { type } = specOf(service)
  return ports.flatMap(({ nodePort, protocol }, index) => {
    const field = `spec.ports[${index}].nodePort`
    if (typeof nodePort !== 'number' || nodePort === 0) return []
    if (type === 'ClusterIP') return [forbiddenValue(field, "may not be used when `type` is 'ClusterIP'")]
    if (nodePort < NODE_PORTS.first || nodePort > NODE_PORTS.last)
      return [
        invalidValue(
          field,
          nodePort,
          `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`,
        ),
      ]
    // One number may stand for two protocols of one service.
    const isRepeated = ports.findIndex((each) => each['nodePort'] === nodePort && each['protocol'] === protocol) < index
    return isRepeated || addresses.portIsAnothers(nodePort, service)
      ? [invalidValue(field, nodePort, 'provided port is already allocated')]
      : []
  })
}

function validateClusterIp(service: DynamicObject, addresses: ServiceAddresses): readonly StatusCause[] {
  const { clusterIP } = specOf(service)
  if (typeof clusterIP !== 'string' || clusterIP === '' || clusterIP === 'None') return []
  const problem = !addresses.isInRange(clusterIP)
    ? 'the provided network does not match the current range'
    : addresses.addressIsAnothers(clusterIP, service)
      ? 'provided IP is already allocated'
      : undefined
  return problem === undefined ? [] : [invalidValue('spec.clusterIPs', [clusterIP], `failed to allocate IP ${clusterIP}: ${problem}`)]
}
