import type { Ingress } from 'kubewright'
import type { Application } from '../kind/application.ts'
import { firstTcpPort, namedPorts } from '../policy/ports.ts'
import { childMeta } from './names.ts'

export function ingressOf(application: Application): Ingress | undefined {
  const { ingress, ports = [] } = application.spec
  if (ingress === undefined) return undefined
  const { className, annotations, tls } = ingress
  const hosts = ingress.hosts.map(({ host }) => host)
  const backendOf = (wanted: number | string | undefined) => {
    const named = namedPorts(ports)
    const port = wanted === undefined ? firstTcpPort(ports) : named.find((each) => each.port === wanted || each.name === wanted)
    return { service: { name: application.metadata.name ?? '', port: { name: port?.name ?? '' } } }
  }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { ...childMeta(application), ...(annotations !== undefined && { annotations }) },
    spec: {
      ...(className !== undefined && { ingressClassName: className }),
      rules: ingress.hosts.map(({ host, paths = [{ path: '/', pathType: 'Prefix' as const, port: undefined }] }) => ({
        host,
        http: { paths: paths.map(({ path, pathType, port }) => ({ path, pathType, backend: backendOf(port) })) },
      })),
      ...(tls !== undefined && { tls: tls.map((entry) => ({ secretName: entry.secretName, hosts: entry.hosts ?? hosts })) }),
    },
  }
}
