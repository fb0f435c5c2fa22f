import { age, type Column, column, name, wide } from '../column.ts'
import { at, listAt, mapAt, numberAt, orNone, orUnset, textAt, textsAt } from '../reading.ts'
import { printLabels, printSelector } from '../selector-text.ts'

function externalIp(service: unknown): string {
  const external = textsAt(service, 'spec', 'externalIPs')
  switch (textAt(service, 'spec', 'type')) {
    case 'ExternalName':
      return textAt(service, 'spec', 'externalName')
    case 'LoadBalancer': {
      const ingress = listAt(service, 'status', 'loadBalancer', 'ingress').map((each) => textAt(each, 'ip') || textAt(each, 'hostname'))
      return [...ingress, ...external].join(',') || '<pending>'
    }
    case 'ClusterIP':
    case 'NodePort':
      return orNone(external.join(','))
    default:
      return '<unknown>'
  }
}

function servicePorts(service: unknown): string {
  const ports = listAt(service, 'spec', 'ports').map((port) => {
    const node = numberAt(port, 'nodePort')
    return `${numberAt(port, 'port')}${node > 0 ? `:${node}` : ''}/${textAt(port, 'protocol')}`
  })
  return orNone(ports.join(','))
}

export const serviceColumns: readonly Column[] = [
  name,
  column('Type', (object) => textAt(object, 'spec', 'type')),
  column('Cluster-IP', (object) => orNone(textAt(object, 'spec', 'clusterIPs', 0) || textAt(object, 'spec', 'clusterIP'))),
  column('External-IP', externalIp),
  column('Port(s)', servicePorts),
  age,
  wide('Selector', (object) => printLabels(mapAt(object, 'spec', 'selector'))),
]

/** At most three, and how many more there are. */
function firstThree(texts: readonly string[], separator = ','): string {
  return texts.length <= 3 ? texts.join(separator) : `${texts.slice(0, 3).join(separator)} + ${texts.length - 3} more...`
}

function endpointsText(endpoints: unknown): string {
  const all = listAt(endpoints, 'subsets').flatMap((subset) => {
    const addresses = listAt(subset, 'addresses').map((each) => textAt(each, 'ip'))
    const ports = listAt(subset, 'ports').map((each) => numberAt(each, 'port'))
    if (ports.length === 0) return addresses
    return ports.flatMap((port) => addresses.map((address) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)))
  })
  return orNone(firstThree(all))
}

export const endpointsColumns: readonly Column[] = [name, column('Endpoints', endpointsText), age]

function slicePorts(slice: unknown): string {
  return orUnset(
    firstThree(
      listAt(slice, 'ports').map((each) => (at(each, 'port') === undefined ? textAt(each, 'name') || '*' : String(numberAt(each, 'port')))),
    ),
  )
}

export const endpointSliceColumns: readonly Column[] = [
  name,
  column('AddressType', (object) => textAt(object, 'addressType')),
  column('Ports', slicePorts),
  column('Endpoints', (object) => orUnset(firstThree(listAt(object, 'endpoints').flatMap((each) => textsAt(each, 'addresses'))))),
  age,
]

function ingressHosts(ingress: unknown): string {
  const hosts = listAt(ingress, 'spec', 'rules')
    .map((each) => textAt(each, 'host'))
    .filter((each) => each !== '')
  return hosts.length === 0 ? '*' : firstThree(hosts)
}

function ingressAddress(ingress: unknown): string {
  const addresses = listAt(ingress, 'status', 'loadBalancer', 'ingress').map((each) => textAt(each, 'ip') || textAt(each, 'hostname'))
  return [...new Set(addresses)].sort().join(',')
}

export const ingressColumns: readonly Column[] = [
  name,
  column('Class', (object) => orNone(textAt(object, 'spec', 'ingressClassName'))),
  column('Hosts', ingressHosts),
  column('Address', ingressAddress),
  column('Ports', (object) => (listAt(object, 'spec', 'tls').length === 0 ? '80' : '80, 443')),
  age,
]

function classParameters(ingressClass: unknown): string {
  const parameters = at(ingressClass, 'spec', 'parameters')
  if (!parameters) return '<none>'
  const group = textAt(parameters, 'apiGroup')
  return `${textAt(parameters, 'kind')}${group === '' ? '' : `.${group}`}/${textAt(parameters, 'name')}`
}

export const ingressClassColumns: readonly Column[] = [
  name,
  column('Controller', (object) => textAt(object, 'spec', 'controller')),
  column('Parameters', classParameters),
  age,
]

export const networkPolicyColumns: readonly Column[] = [
  name,
  column('Pod-Selector', (object) => printSelector(at(object, 'spec', 'podSelector'))),
  age,
]
