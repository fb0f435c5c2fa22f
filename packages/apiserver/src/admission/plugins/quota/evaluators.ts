import { parseQuantity, type Quantity } from '@kubewright/core'
import { type Fields, listAt, optionalFields } from '../../../registry/fields.ts'
import type { StoredResource } from '../../../registry/resource.ts'
import { qualified } from '../../../status/index.ts'
import { amountsOf, ONE } from '../pod-resources.ts'
import type { Evaluator } from './evaluator.ts'
import { podEvaluator } from './pod-evaluator.ts'

/** Names that were there before every kind could be counted. */
const ALIASES: Readonly<Record<string, string>> = {
  '/configmaps': 'configmaps',
  '/resourcequotas': 'resourcequotas',
  '/replicationcontrollers': 'replicationcontrollers',
  '/secrets': 'secrets',
}

const times = (count: number): Quantity => parseQuantity(String(count))

/** Undefined for what no quota counts. @param now the time, by which a pod that does not end is given up */
export function evaluatorOf(resource: StoredResource, now: () => number): Evaluator | undefined {
  const { table } = resource.storage
  if (!resource.namespaced || resource.plural === 'events') return undefined
  const count = `count/${qualified(resource)}`
  if (table === '/pods') return podEvaluator(count, now)
  if (table === '/services') return SERVICES
  if (table === '/persistentvolumeclaims') return CLAIMS
  const names = [count, ...(ALIASES[table] === undefined ? [] : [ALIASES[table]])]
  return {
    matching: (asked) => asked.filter((name) => names.includes(name)),
    usage: () => new Map(names.map((name) => [name, ONE])),
    countsUpdates: () => false,
  }
}

const SERVICE_NAMES = ['count/services', 'services', 'services.nodeports', 'services.loadbalancers']

const SERVICES: Evaluator = {
  matching: (asked) => asked.filter((name) => SERVICE_NAMES.includes(name)),
  countsUpdates: () => true,
  usage(service) {
    const spec = optionalFields(service as Fields, 'spec') ?? {}
    const ports = listAt(spec, 'ports')
    const isBalanced = spec['type'] === 'LoadBalancer'
    // What the server is to give is counted before it is given.
    const given = spec['allocateLoadBalancerNodePorts'] === false ? ports.filter(({ nodePort }) => nodePort) : ports
    const nodePorts = spec['type'] === 'NodePort' ? ports.length : isBalanced ? given.length : 0
    return new Map([
      ['count/services', ONE],
      ['services', ONE],
      ['services.nodeports', times(nodePorts)],
      ['services.loadbalancers', times(isBalanced ? 1 : 0)],
    ])
  },
}

const CLAIM_NAMES = ['persistentvolumeclaims', 'requests.storage']
const OF_CLASS = '.storageclass.storage.k8s.io/'
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

const CLAIMS: Evaluator = {
  matching: (asked) =>
    asked.filter(
      (name) =>
        name === 'count/persistentvolumeclaims' ||
        CLAIM_NAMES.includes(name) ||
        CLAIM_NAMES.some((each) => name.endsWith(`${OF_CLASS}${each}`)),
    ),
  countsUpdates: () => true,
  usage(claim) {
    const spec = optionalFields(claim as Fields, 'spec') ?? {}
    const requested = amountsOf(optionalFields(optionalFields(spec, 'resources') ?? {}, 'requests')).get('storage')
    const used = new Map<string, Quantity>([
      ['count/persistentvolumeclaims', ONE],
      ['persistentvolumeclaims', ONE],
      ...(requested === undefined ? [] : [['requests.storage', requested] as const]),
    ])
    const storageClass = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? spec['storageClassName']
    if (!storageClass) return used
    const ofClass = CLAIM_NAMES.flatMap((name) => {
      const amount = used.get(name)
      return amount === undefined ? [] : [[`${String(storageClass)}${OF_CLASS}${name}`, amount] as const]
    })
    return new Map([...used, ...ofClass])
  },
}
