import type { DynamicObject } from '@kubewright/core'
import type { Catalog } from '../registry/catalog.ts'
import type { Objects } from '../registry/objects.ts'

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

/** What every cluster has from the start. */
export function bootstrap(objects: Objects, catalog: Catalog, port: number, machines: readonly DynamicObject[] = []): void {
  const namespaces = catalog.find('', 'v1', 'namespaces')
  const services = catalog.find('', 'v1', 'services')
  const nodes = catalog.find('', 'v1', 'nodes')
  if (namespaces?.is !== 'stored' || services?.is !== 'stored' || nodes?.is !== 'stored')
    throw new Error('the catalog lacks namespaces, services or nodes')
  for (const machine of machines) objects.create(nodes, machine, undefined)
  for (const name of NAMESPACES) objects.create(namespaces, { metadata: { name } }, undefined)
  const spec = {
    clusterIP: '10.96.0.1',
    clusterIPs: ['10.96.0.1'],
    ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }],
  }
  objects.create(
    services,
    { metadata: { name: 'kubernetes', labels: { component: 'apiserver', provider: 'kubernetes' } }, spec },
    'default',
  )
}
