import { parseQuantity, type Quantity } from '@kubewright/core'
import { type Fields, listAt, optionalFields } from '../../../registry/fields.ts'
import type { StoredResource } from '../../../registry/resource.ts'
import { qualified } from '../../../status/index.ts'
import { ONE } from '../pod-resources.ts'
import { deviceClaimEvaluator } from './device-claim-evaluator.ts'
import type { Evaluator } from './evaluator.ts'
import { podEvaluator } from './pod-evaluator.ts'
import { volumeClaimEvaluator } from './volume-claim-evaluator.ts'

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
  if (table === '/persistentvolumeclaims') return volumeClaimEvaluator
  if (table === 'resource.k8s.io/resourceclaims') return deviceClaimEvaluator(count)
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
