import type { DynamicObject } from '@kubewright/core'
import { type Fields, listAt, optionalFields } from '../registry/fields.ts'
import type { Store } from '../storage/index.ts'
import { WebhookCallError } from './call-error.ts'
import { HTTPS_PORT, type ServiceReference } from './client-config.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

interface ServicePort {
  readonly name?: string
  readonly port?: number
  readonly targetPort?: number | string
}

/**
 * Where a Service is really reached: at one of its ready endpoints. There is no kube-proxy here that would make its cluster IP lead anywhere,
 * so this is what kube-apiserver does with `--enable-aggregator-routing`. EndpointSlices first, then Endpoints, then the Pods themselves:
 * without a controller that makes slices, a Pod with the right labels and an IP is enough.
 * @throws WebhookCallError
 */
export function serviceAddress(store: Store, { namespace, name, port = HTTPS_PORT }: ServiceReference): Address {
  const service = store.get('/services', `${namespace}/${name}`)?.object
  if (service === undefined) throw new WebhookCallError(`service ${JSON.stringify(name)} not found`)
  const spec = optionalFields(service as Fields, 'spec') ?? {}
  const servicePort = (listAt(spec, 'ports') as readonly ServicePort[]).find((each) => each.port === port)
  if (servicePort === undefined) throw new WebhookCallError(`no service port ${port} found for service ${JSON.stringify(name)}`)
  const found =
    fromSlices(store, namespace, name, servicePort) ??
    fromEndpoints(store, namespace, name, servicePort) ??
    fromPods(store, namespace, optionalFields(spec, 'selector'), servicePort)
  if (found === undefined) throw new WebhookCallError(`no endpoints available for service ${JSON.stringify(name)}`)
  return found
}

const within = (store: Store, table: string, namespace: string): readonly DynamicObject[] =>
  store.list(table, { prefix: `${namespace}/` }).map(({ object }) => object)

function fromSlices(store: Store, namespace: string, name: string, { name: portName = '' }: ServicePort): Address | undefined {
  for (const slice of within(store, 'discovery.k8s.io/endpointslices', namespace)) {
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== name) continue
    const port = listAt(slice as Fields, 'ports').find((each) => (each['name'] ?? '') === portName)?.['port']
    const ready = listAt(slice as Fields, 'endpoints').find((endpoint) => optionalFields(endpoint, 'conditions')?.['ready'] !== false)
    const host = (ready?.['addresses'] as readonly string[] | undefined)?.[0]
    if (typeof port === 'number' && host !== undefined) return { host, port }
  }
  return undefined
}

function fromEndpoints(store: Store, namespace: string, name: string, { name: portName = '' }: ServicePort): Address | undefined {
  const endpoints = store.get('/endpoints', `${namespace}/${name}`)?.object
  for (const subset of endpoints === undefined ? [] : listAt(endpoints as Fields, 'subsets')) {
    const port = listAt(subset, 'ports').find((each) => (each['name'] ?? '') === portName)?.['port']
    const host = listAt(subset, 'addresses')[0]?.['ip']
    if (typeof port === 'number' && typeof host === 'string') return { host, port }
  }
  return undefined
}

function fromPods(store: Store, namespace: string, selector: Fields | undefined, { port, targetPort }: ServicePort): Address | undefined {
  if (selector === undefined || Object.keys(selector).length === 0) return undefined
  const number = typeof targetPort === 'number' ? targetPort : port
  for (const pod of within(store, '/pods', namespace)) {
    const host = optionalFields(pod as Fields, 'status')?.['podIP']
    const isChosen = Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value)
    if (isChosen && typeof host === 'string' && number !== undefined) return { host, port: number }
  }
  return undefined
}
