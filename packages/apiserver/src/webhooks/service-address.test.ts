import { virtualClock } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { Store } from '../storage/index.ts'
import { serviceAddress } from './service-address.ts'

const SERVICE = {
  metadata: { name: 'hook', namespace: 'a' },
  spec: { selector: { app: 'hook' }, ports: [{ name: 'https', port: 443, targetPort: 9443 }] },
}
const slice = (over: object = {}) => ({
  metadata: { name: 's', namespace: 'a', labels: { 'kubernetes.io/service-name': 'hook' } },
  ports: [{ name: 'https', port: 9443 }],
  endpoints: [
    { addresses: ['127.0.1.1'], conditions: { ready: false } },
    { addresses: ['127.0.1.2'], conditions: { ready: true } },
  ],
  ...over,
})
const pod = (labels: object, podIP?: string) => ({
  metadata: { name: 'p', namespace: 'a', labels },
  status: podIP === undefined ? {} : { podIP },
})

function storeWith(objects: Readonly<Record<string, object>>): Store {
  const store = new Store({ clock: virtualClock(), history: { entries: 10, age: 1000 } })
  for (const [table, object] of Object.entries(objects)) {
    const { metadata } = object as { metadata: { name: string; namespace: string } }
    store.create(table, `${metadata.namespace}/${metadata.name}`, object as never)
  }
  return store
}

const SLICES = 'discovery.k8s.io/endpointslices'

test.each([
  ['a ready endpoint of a slice', { [SLICES]: slice() }, '127.0.1.2', 9443],
  [
    'the addresses of its Endpoints',
    {
      '/endpoints': {
        metadata: { name: 'hook', namespace: 'a' },
        subsets: [{ addresses: [{ ip: '127.0.1.3' }], ports: [{ name: 'https', port: 9443 }] }],
      },
    },
    '127.0.1.3',
    9443,
  ],
  ['a Pod that it selects', { '/pods': pod({ app: 'hook' }, '127.0.1.4') }, '127.0.1.4', 9443],
  ['a slice before a Pod', { [SLICES]: slice(), '/pods': pod({ app: 'hook' }, '127.0.1.4') }, '127.0.1.2', 9443],
])('a service is reached at %s', (_, objects, host, port) => {
  expect(serviceAddress(storeWith({ '/services': SERVICE, ...objects }), { namespace: 'a', name: 'hook' })).toEqual({ host, port })
})

test.each([
  ['that is not there', {}, undefined, 'service "hook" not found'],
  ['without that port', { '/services': SERVICE }, 8443, 'no service port 8443 found for service "hook"'],
  ['without endpoints', { '/services': SERVICE }, undefined, 'no endpoints available for service "hook"'],
  [
    'with none that is ready',
    { '/services': SERVICE, [SLICES]: slice({ endpoints: [{ addresses: ['127.0.1.1'], conditions: { ready: false } }] }) },
    undefined,
    'no endpoints available',
  ],
  [
    'whose Pods are others, or have no address',
    { '/services': SERVICE, '/pods': pod({ app: 'hook' }) },
    undefined,
    'no endpoints available',
  ],
])('a service %s is not reached', (_, objects, port, message) => {
  expect(() =>
    serviceAddress(storeWith(objects as never), { namespace: 'a', name: 'hook', ...(port === undefined ? {} : { port }) }),
  ).toThrow(message)
})
