import { join } from 'node:path'
import { LOOPBACK } from '../process/free-port.ts'

/** Where one real test cluster lives: its folder and its ports. */
export interface RealSite {
  readonly folder: string
  readonly apiPort: number
  readonly etcdPort: number
  readonly etcdPeerPort: number
}

export const filesOf = ({ folder }: RealSite) => ({
  /** The server makes this pair itself at its first start (the certificate with its CA behind it) and keeps it for later ones. */
  certificate: join(folder, 'certs', 'apiserver.crt'),
  tokens: join(folder, 'tokens.csv'),
  serviceAccountKey: join(folder, 'sa.key'),
  serviceAccountPublicKey: join(folder, 'sa.pub'),
  controllerKubeconfig: join(folder, 'controller-manager.kubeconfig'),
})

export const etcdUrl = (site: RealSite) => `http://${LOOPBACK}:${site.etcdPort}`
export const apiUrl = (site: RealSite) => `https://${LOOPBACK}:${site.apiPort}`

export function etcdFlags(site: RealSite): readonly string[] {
  const peer = `http://${LOOPBACK}:${site.etcdPeerPort}`
  return [
    `--data-dir=${join(site.folder, 'etcd')}`,
    // The data need not survive the machine's crash, only the API server's.
    '--unsafe-no-fsync',
    '--log-level=warn',
    `--listen-client-urls=${etcdUrl(site)}`,
    `--advertise-client-urls=${etcdUrl(site)}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ]
}

export function apiServerFlags(
  site: RealSite,
  options: { readonly controllers: boolean; readonly extra: readonly string[] },
): readonly string[] {
  const files = filesOf(site)
  const given = new Set(options.extra.map(nameOf))
  // A list such as the modes of authorization would grow by a second flag, and the server refuses what stands in it twice.
  return [...ownFlags(site, files, options.controllers).filter((flag) => !given.has(nameOf(flag))), ...options.extra]
}

const nameOf = (flag: string): string => flag.split('=')[0]!

function ownFlags(site: RealSite, files: ReturnType<typeof filesOf>, controllers: boolean): readonly string[] {
  return [
    `--etcd-servers=${etcdUrl(site)}`,
    `--bind-address=${LOOPBACK}`,
    // Otherwise the server looks for the machine's outer address, and fails on a machine without a default route.
    `--advertise-address=${LOOPBACK}`,
    `--secure-port=${site.apiPort}`,
    `--cert-dir=${join(site.folder, 'certs')}`,
    `--token-auth-file=${files.tokens}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    // The endpoints of the service "kubernetes" may not be a loopback address.
    '--endpoint-reconciler-type=none',
    // Without a controller manager nobody makes the default ServiceAccounts, and this plugin would refuse every Pod.
    ...(controllers ? [] : ['--disable-admission-plugins=ServiceAccount']),
  ]
}

export function controllerManagerFlags(site: RealSite): readonly string[] {
  const files = filesOf(site)
  return [
    `--kubeconfig=${files.controllerKubeconfig}`,
    `--authentication-kubeconfig=${files.controllerKubeconfig}`,
    `--authorization-kubeconfig=${files.controllerKubeconfig}`,
    `--service-account-private-key-file=${files.serviceAccountKey}`,
    `--root-ca-file=${files.certificate}`,
    '--leader-elect=false',
    '--secure-port=0',
  ]
}
