import type { Service } from 'kubewright'
import type { Application } from '../kind/application.ts'
import { namedPorts } from '../policy/ports.ts'
import { childMeta, selectorLabels } from './names.ts'

/** Where the pods are reached; none without ports. */
export function serviceOf(application: Application): Service | undefined {
  const { ports = [], service } = application.spec
  if (ports.length === 0 || service?.enabled === false) return undefined
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...childMeta(application), ...(service?.annotations !== undefined && { annotations: service.annotations }) },
    spec: {
      type: service?.type ?? 'ClusterIP',
      selector: selectorLabels(application),
      ports: namedPorts(ports).map(({ name, port, protocol, servicePort, nodePort, appProtocol }) => ({
        name,
        port: servicePort ?? port,
        targetPort: name,
        protocol,
        ...(nodePort !== undefined && { nodePort }),
        ...(appProtocol !== undefined && { appProtocol }),
      })),
    },
  }
}
