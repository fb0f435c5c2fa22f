import type { Ingress, Service } from 'kubewright'

interface LoadBalanced {
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] } }
}

/** Where an ingress makes the application reachable. */
export function urlsOf(ingress: Ingress | undefined): readonly string[] {
  const secured = new Set((ingress?.spec?.tls ?? []).flatMap(({ hosts = [] }) => hosts))
  return (ingress?.spec?.rules ?? []).flatMap(({ host = '', http }) =>
    (http?.paths ?? []).map(({ path = '/' }) => `${secured.has(host) ? 'https' : 'http'}://${host}${path}`),
  )
}

/** In the cluster, and at the load balancers that the cluster has brought up. */
export function addressesOf(service: Service | undefined): readonly string[] {
  if (service === undefined) return []
  const { name = '', namespace = '' } = service.metadata
  const hosts = [`${name}.${namespace}.svc`, ...balancersOf(service)]
  return hosts.flatMap((host) =>
    (service.spec?.ports ?? []).map(({ port, protocol }) => `${host}:${port}${protocol === 'TCP' ? '' : `/${protocol}`}`),
  )
}

const balancersOf = ({ status }: LoadBalanced): readonly string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => [ip ?? hostname ?? []].flat())
