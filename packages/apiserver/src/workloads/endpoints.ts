import { deepEqual } from '@kubewright/core'
import { type Actuator, type ClusterView, type Effect, NOTHING, TABLES } from './actuator.ts'
import { type Endpoint, type EndpointGroup, type EndpointSlice, slicesOf } from './endpoint-slices.ts'
import { repacked, type Subset } from './endpoint-subsets.ts'
import { asPod, isLeaving, isOver, isReady, type Pod } from './pod.ts'
import { controllerReference } from './pod-template.ts'
import { backendPorts, choosesPods, HEADLESS, isHeadless, type Service, selects, servicesOf } from './service.ts'

const MANAGED = { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' }

/** Endpoints in one slice, where kube-controller-manager is not told otherwise. */
const MOST_IN_A_SLICE = 100

/** The addresses behind Services: in EndpointSlices, and in Endpoints for those who still read them. */
export const endpoints: Actuator = {
  name: 'endpoints',
  table: TABLES.services,
  controls: [TABLES.endpointSlices],
  concerns: {
    [TABLES.pods]: (pod, view) => servicesOf(pod, view.list(TABLES.services, pod.metadata.namespace)),
    [TABLES.endpoints]: ({ metadata: { namespace, name = '' } }, view) => {
      const service = view.get(TABLES.services, namespace, name)
      return service === undefined ? [] : [service]
    },
  },
  plan(object, view) {
    const service = object as Service
    if (isLeaving(service) || !choosesPods(service)) return NOTHING
    const pods = view.list(TABLES.pods, service.metadata.namespace).map(asPod)
    const behind = pods.filter((pod) => selects(service, pod) && pod.status?.podIP !== undefined && !isOver(pod))
    return { effects: [...slices(service, behind, view), ...legacy(service, behind, view)] }
  },
  // The slices are the Service's own and go with it; Endpoints have no owner, and are everybody's of that name.
  gone({ namespace, name }, view) {
    const left = view.get(TABLES.endpoints, namespace, name)
    return left === undefined ? [] : [{ do: 'delete', table: TABLES.endpoints, object: left }]
  },
}

const reference = ({ metadata: { name, namespace, uid } }: Pod) => ({ kind: 'Pod', name, namespace, uid })

const hostnameOf = (service: Service, { spec: { hostname } }: Pod) => (hostname === undefined || !isHeadless(service) ? {} : { hostname })

function slices(service: Service, pods: readonly Pod[], view: ClusterView): readonly Effect[] {
  const { name = '', namespace, labels } = service.metadata
  return slicesOf({
    metadata: {
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, 'kubernetes.io/service-name': name, ...MANAGED, ...(isHeadless(service) ? { [HEADLESS]: '' } : {}) },
      ownerReferences: [controllerReference(service)],
    },
    groups: groupsOf(service, pods),
    known: view.controlled(TABLES.endpointSlices, service) as readonly EndpointSlice[],
    most: MOST_IN_A_SLICE,
  })
}

/** Pods that give one port name different numbers are told apart. */
function groupsOf(service: Service, pods: readonly Pod[]): readonly EndpointGroup[] {
  const groups = new Map<string, { readonly ports: readonly object[]; readonly endpoints: Endpoint[] }>()
  for (const pod of pods) {
    const ports = backendPorts(service, pod)
    const key = JSON.stringify(ports)
    const group = groups.get(key) ?? { ports, endpoints: [] }
    groups.set(key, group)
    group.endpoints.push(endpointOf(service, pod))
  }
  if (groups.size === 0) return [{ addressType: 'IPv4', ports: null, endpoints: [] }]
  return [...groups.values()].map(({ ports, endpoints: own }) => ({
    addressType: 'IPv4',
    ports: ports.length === 0 ? null : ports,
    endpoints: own,
  }))
}

function endpointOf(service: Service, pod: Pod): Endpoint {
  const isServing = isReady(pod)
  const isTerminating = isLeaving(pod)
  return {
    addresses: [pod.status!.podIP!],
    conditions: {
      ready: service.spec.publishNotReadyAddresses === true || (isServing && !isTerminating),
      serving: isServing,
      terminating: isTerminating,
    },
    ...hostnameOf(service, pod),
    nodeName: pod.spec.nodeName,
    targetRef: reference(pod),
  }
}

function legacy(service: Service, pods: readonly Pod[], view: ClusterView): readonly Effect[] {
  const { name = '', namespace, labels } = service.metadata
  const subsets = repacked(pods.filter((pod) => !isLeaving(pod)).flatMap((pod) => subsetsOf(service, pod)))
  const own = {
    ...labels,
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    ...(isHeadless(service) ? { [HEADLESS]: '' } : {}),
  }
  const known = view.get(TABLES.endpoints, namespace, name)
  const content = subsets.length === 0 ? {} : { subsets }
  if (known === undefined) {
    const metadata = { name, ...(namespace === undefined ? {} : { namespace }), labels: own }
    return [{ do: 'create', table: TABLES.endpoints, object: { apiVersion: 'v1', kind: 'Endpoints', metadata, ...content } }]
  }
  const { subsets: before = [], ...rest } = known
  if (deepEqual(before, subsets) && deepEqual(known.metadata.labels, own)) return []
  return [{ do: 'update', table: TABLES.endpoints, object: { ...rest, metadata: { ...known.metadata, labels: own }, ...content } }]
}

function subsetsOf(service: Service, pod: Pod): readonly Subset[] {
  const ports = backendPorts(service, pod).map(({ name, ...port }) => (name === '' ? port : { name, ...port }))
  // A headless Service may have no ports at all; of another one, a pod without its ports is not behind it.
  if (ports.length === 0 && (!isHeadless(service) || (service.spec.ports ?? []).length > 0)) return []
  const addresses = [{ ip: pod.status!.podIP!, ...hostnameOf(service, pod), nodeName: pod.spec.nodeName, targetRef: reference(pod) }]
  const isShown = isReady(pod) || service.spec.publishNotReadyAddresses === true
  return [{ ports, ...(isShown ? { addresses } : { notReadyAddresses: addresses }) }]
}
