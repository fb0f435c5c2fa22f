import type { DynamicObject } from '@kubewright/core'
import type { Catalog } from '../registry/catalog.ts'
import { type Objects, provide } from '../registry/objects.ts'
import { furniture } from './furniture.ts'

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

export interface Bootstrap {
  readonly objects: Objects
  readonly catalog: Catalog
  readonly port: number
  /** The controllers that work. */
  readonly running: ReadonlySet<string>
  readonly machines?: readonly DynamicObject[]
}

/** What every cluster has from the start; what is there from an earlier start stays as it is. */
export function bootstrap({ objects, catalog, port, running, machines = [] }: Bootstrap): void {
  const namespaces = catalog.find('', 'v1', 'namespaces')
  const services = catalog.find('', 'v1', 'services')
  const nodes = catalog.find('', 'v1', 'nodes')
  if (namespaces?.is !== 'stored' || services?.is !== 'stored' || nodes?.is !== 'stored')
    throw new Error('the catalog lacks namespaces, services or nodes')
  for (const [plural, group, object] of furniture(running)) {
    const resource = catalog.find(group, 'v1', plural)
    if (resource?.is === 'stored') provide(objects, resource, object)
  }
  for (const machine of machines) provide(objects, nodes, machine)
  for (const name of NAMESPACES) provide(objects, namespaces, { metadata: { name } })
  const spec = {
    clusterIP: '10.96.0.1',
    clusterIPs: ['10.96.0.1'],
    ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }],
  }
  const metadata = { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } }
  if (provide(objects, services, { metadata, spec })) return
  // It may listen on another port than last time.
  objects.update(services, metadata, (service) => ({ ...service, spec: { ...(service['spec'] as object), ports: spec.ports } }), {
    unconditional: true,
  })
}
