import { type DynamicObject, deepEqual, labelSelectorOf, matchesLabels } from '@kubewright/core'
import { type Actuator, type ClusterView, type Effect, NOTHING, TABLES } from './actuator.ts'
import { asPod, isLeaving, isOver, isReady, type Pod } from './pod.ts'
import { controllerReference } from './pod-template.ts'

interface Service extends DynamicObject {
  readonly spec: {
    readonly type?: string
    readonly clusterIP?: string
    readonly selector?: Readonly<Record<string, string>>
    readonly publishNotReadyAddresses?: boolean
    readonly ports?: readonly {
      readonly name?: string
      readonly protocol?: string
      readonly port: number
      readonly targetPort?: number | string
      readonly appProtocol?: string
    }[]
  }
}

const MANAGED = { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' }
const HEADLESS = 'service.kubernetes.io/headless'

/** The addresses behind Services: in EndpointSlices, and in Endpoints for those who still read them. */
export const endpoints: Actuator = {
  name: 'endpoints',
  table: TABLES.services,
  controls: [TABLES.endpointSlices],
  concerns: {
    [TABLES.pods]: (pod, view) => view.list(TABLES.services, pod.metadata.namespace).filter((service) => selects(service as Service, pod)),
    [TABLES.endpoints]: ({ metadata: { namespace, name = '' } }, view) => {
      const service = view.get(TABLES.services, namespace, name)
      return service === undefined ? [] : [service]
    },
  },
  plan(object, view) {
    const service = object as Service
    // Without a selector the addresses are somebody else's.
    if (isLeaving(service) || service.spec.selector === undefined || service.spec.type === 'ExternalName') return NOTHING
    const pods = view.list(TABLES.pods, service.metadata.namespace).map(asPod)
    const behind = pods.filter((pod) => selects(service, pod) && pod.status?.podIP !== undefined && !isOver(pod))
    return { effects: [slice(service, behind, view), ...legacy(service, behind, view)] }
  },
}

const selects = ({ spec }: Service, { metadata }: DynamicObject): boolean =>
  spec.selector !== undefined && matchesLabels(labelSelectorOf({ matchLabels: spec.selector }), metadata.labels)

const reference = ({ metadata: { name, namespace, uid } }: Pod) => ({ kind: 'Pod', name, namespace, uid })

/** A port by name is that of the container that calls it so. */
function portNumber(target: number | string | undefined, port: number, protocol: string, pods: readonly Pod[]): number | undefined {
  if (typeof target !== 'string') return target ?? port
  const ports = pods.flatMap(({ spec }) => spec.containers.flatMap((container) => container.ports ?? []))
  return ports.find((each) => each.name === target && (each.protocol ?? 'TCP') === protocol)?.containerPort
}

function portsOf({ spec }: Service, pods: readonly Pod[]): readonly object[] {
  return (spec.ports ?? []).flatMap(({ name, protocol = 'TCP', port, targetPort, appProtocol }) => {
    const number = portNumber(targetPort, port, protocol, pods)
    return number === undefined ? [] : [{ name: name ?? '', port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }]
  })
}

function slice(service: Service, pods: readonly Pod[], view: ClusterView): Effect {
  const { name = '', namespace, labels } = service.metadata
  const known = view.controlled(TABLES.endpointSlices, service)[0]
  const isHeadless = service.spec.clusterIP === 'None'
  const content = {
    addressType: 'IPv4',
    // Go writes an empty list of these as null.
    endpoints:
      pods.length === 0
        ? null
        : pods.map((pod) => {
            const isServing = isReady(pod)
            const isTerminating = isLeaving(pod)
            return {
              addresses: [pod.status!.podIP!],
              conditions: {
                ready: service.spec.publishNotReadyAddresses === true || (isServing && !isTerminating),
                serving: isServing,
                terminating: isTerminating,
              },
              ...(pod.spec.hostname === undefined || !isHeadless ? {} : { hostname: pod.spec.hostname }),
              nodeName: pod.spec.nodeName,
              targetRef: reference(pod),
            }
          }),
    ports: pods.length === 0 ? null : portsOf(service, pods),
  }
  const own = { ...labels, 'kubernetes.io/service-name': name, ...MANAGED, ...(isHeadless ? { [HEADLESS]: '' } : {}) }
  if (known !== undefined)
    return { do: 'update', table: TABLES.endpointSlices, object: { ...known, metadata: { ...known.metadata, labels: own }, ...content } }
  const metadata = {
    generateName: `${name}-`,
    ...(namespace === undefined ? {} : { namespace }),
    labels: own,
    ownerReferences: [controllerReference(service)],
  }
  return {
    do: 'create',
    table: TABLES.endpointSlices,
    object: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, ...content },
  }
}

function legacy(service: Service, pods: readonly Pod[], view: ClusterView): readonly Effect[] {
  const { name = '', namespace, labels } = service.metadata
  const present = pods.filter((pod) => !isLeaving(pod))
  const address = (pod: Pod) => ({ ip: pod.status!.podIP!, nodeName: pod.spec.nodeName, targetRef: reference(pod) })
  const isShown = (pod: Pod) => isReady(pod) || service.spec.publishNotReadyAddresses === true
  const ready = present.filter(isShown).map(address)
  const notReady = present.filter((pod) => !isShown(pod)).map(address)
  const ports = portsOf(service, present).map((port) => {
    const { name: portName, ...rest } = port as { readonly name: string }
    return portName === '' ? rest : { name: portName, ...rest }
  })
  const subset = {
    ...(ready.length === 0 ? {} : { addresses: ready }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
    ...(ports.length === 0 ? {} : { ports }),
  }
  const subsets = ready.length + notReady.length === 0 ? undefined : [subset]
  const own = {
    ...labels,
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    ...(service.spec.clusterIP === 'None' ? { [HEADLESS]: '' } : {}),
  }
  const known = view.get(TABLES.endpoints, namespace, name)
  const content = subsets === undefined ? {} : { subsets }
  if (known === undefined) {
    const metadata = { name, ...(namespace === undefined ? {} : { namespace }), labels: own }
    return [{ do: 'create', table: TABLES.endpoints, object: { apiVersion: 'v1', kind: 'Endpoints', metadata, ...content } }]
  }
  const { subsets: before, ...rest } = known
  if (deepEqual(before, subsets) && deepEqual(known.metadata.labels, own)) return []
  return [{ do: 'update', table: TABLES.endpoints, object: { ...rest, metadata: { ...known.metadata, labels: own }, ...content } }]
}
