import { type DynamicObject, labelSelectorOf, matchesLabels } from '@kubewright/core'
import { asPod, type Pod } from './pod.ts'

/** A Service, as much of it as actuators read. */
export interface Service extends DynamicObject {
  readonly spec: {
    readonly type?: string
    readonly clusterIP?: string
    readonly selector?: Readonly<Record<string, string>>
    readonly publishNotReadyAddresses?: boolean
    readonly ports?: readonly ServicePort[]
  }
}

interface ServicePort {
  readonly name?: string
  readonly protocol?: string
  readonly port: number
  readonly targetPort?: number | string
  readonly appProtocol?: string
}

/** A port of a pod behind a Service, by the name that the Service gives it. */
export interface BackendPort {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly appProtocol?: string
}

export const HEADLESS = 'service.kubernetes.io/headless'

export const isHeadless = ({ spec }: Service): boolean => spec.clusterIP === 'None'

/** Without a selector the addresses are somebody else's, and an external name has none. */
export const choosesPods = ({ spec }: Service): boolean => spec.selector !== undefined && spec.type !== 'ExternalName'

export const selects = ({ spec }: Service, { metadata }: DynamicObject): boolean =>
  spec.selector !== undefined && matchesLabels(labelSelectorOf({ matchLabels: spec.selector }), metadata.labels)

/** The Services of its namespace that choose a pod. */
export const servicesOf = (pod: DynamicObject, services: readonly DynamicObject[]): readonly DynamicObject[] =>
  services.filter((service) => selects(service as Service, asPod(pod)))

/** Where a pod answers for a Service; a port by name that no container of it has is left out. */
export function backendPorts({ spec }: Service, pod: Pod): readonly BackendPort[] {
  return (spec.ports ?? []).flatMap(({ name = '', protocol = 'TCP', port, targetPort, appProtocol }) => {
    const number = typeof targetPort === 'string' ? portCalled(targetPort, protocol, pod) : (targetPort ?? port)
    return number === undefined ? [] : [{ name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }]
  })
}

function portCalled(name: string, protocol: string, { spec }: Pod): number | undefined {
  // Of init containers those alone stay that are restarted: sidecars.
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const ports = [...spec.containers, ...sidecars].flatMap((container) => container.ports ?? [])
  return ports.find((each) => each.name === name && (each.protocol ?? 'TCP') === protocol)?.containerPort
}
