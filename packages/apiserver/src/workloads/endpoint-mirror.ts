import { isIP } from 'node:net'
import type { DynamicObject } from '@kubewright/core'
import { type Actuator, type ClusterView, type Effect, NOTHING, TABLES } from './actuator.ts'
import { type Endpoint, type EndpointGroup, type EndpointSlice, slicesOf } from './endpoint-slices.ts'
import { type Address, repacked, type Subset } from './endpoint-subsets.ts'
import { isLeaving } from './pod.ts'
import { controllerReference } from './pod-template.ts'
import type { Service } from './service.ts'

interface Endpoints extends DynamicObject {
  readonly subsets?: readonly Subset[]
}

const MANAGED = { 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' }

/** Addresses of one subset: the rest is not mirrored, so that each subset is one slice. */
const MOST_IN_A_SUBSET = 1_000

/** These speak of the Endpoints themselves. */
const OWN_ANNOTATIONS = new Set(['endpoints.kubernetes.io/last-change-trigger-time', 'kubectl.kubernetes.io/last-applied-configuration'])

/** Shows Endpoints that somebody else writes, for a Service without a selector, to those who read EndpointSlices alone. */
export const endpointMirror: Actuator = {
  name: 'endpointslicemirroring',
  table: TABLES.endpoints,
  controls: [TABLES.endpointSlices],
  concerns: {
    [TABLES.services]: ({ metadata: { namespace, name = '' } }, view) => {
      const own = view.get(TABLES.endpoints, namespace, name)
      return own === undefined ? [] : [own]
    },
  },
  plan(object, view) {
    const own = object as Endpoints
    // The slices are the Endpoints' own, and go with them.
    if (isLeaving(own)) return NOTHING
    return { effects: mirrored(own, isMirrored(own, view) ? groupsOf(own) : [], view) }
  },
}

function isMirrored({ metadata: { namespace, name = '', labels, annotations } }: Endpoints, view: ClusterView): boolean {
  if (labels?.['endpointslice.kubernetes.io/skip-mirror'] === 'true') return false
  // Once upon a time leaders were elected by Endpoints.
  if (annotations?.['control-plane.alpha.kubernetes.io/leader'] !== undefined) return false
  const service = view.get(TABLES.services, namespace, name) as Service | undefined
  return service !== undefined && service.spec.selector === undefined
}

function mirrored(own: Endpoints, groups: readonly EndpointGroup[], view: ClusterView): readonly Effect[] {
  const { name = '', namespace, labels, annotations = {} } = own.metadata
  return slicesOf({
    metadata: {
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, 'kubernetes.io/service-name': name, ...MANAGED },
      annotations: Object.fromEntries(Object.entries(annotations).filter(([key]) => !OWN_ANNOTATIONS.has(key))),
      ownerReferences: [controllerReference(own)],
    },
    groups,
    known: view.controlled(TABLES.endpointSlices, own) as readonly EndpointSlice[],
    most: MOST_IN_A_SUBSET,
  })
}

function groupsOf({ subsets = [] }: Endpoints): readonly EndpointGroup[] {
  return repacked(subsets).flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }) => {
    const all = [...addresses.map((each) => endpointOf(each, true)), ...notReadyAddresses.map((each) => endpointOf(each, false))]
    const shown = all.slice(0, MOST_IN_A_SUBSET)
    return ([4, 6] as const).flatMap((version): readonly EndpointGroup[] => {
      const own = shown.filter(({ addresses: [ip = ''] }) => isIP(ip) === version)
      const portsThere = ports.map(({ name = '', port, protocol = 'TCP', ...rest }) => ({ name, port, protocol, ...rest }))
      return own.length === 0 ? [] : [{ addressType: `IPv${version}`, ports: portsThere.length === 0 ? null : portsThere, endpoints: own }]
    })
  })
}

const endpointOf = ({ ip, nodeName, hostname, targetRef }: Address, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname ? { hostname } : {}),
  ...(nodeName === undefined ? {} : { nodeName }),
  ...(targetRef === undefined ? {} : { targetRef }),
})
