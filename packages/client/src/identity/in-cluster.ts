import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, ConfigurationError } from '@kubewright/core'
import { materialCredentials } from './credentials.ts'
import type { ClusterIdentity } from './identity.ts'
import { fileMaterial } from './material.ts'
import { authorityProblem } from './pem.ts'
import { proxyFromEnvironment } from './proxy.ts'

/** Where the kubelet mounts a Pod's ServiceAccount. */
export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount'

export interface InClusterOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly directory?: string
  readonly clock: Clock
}

/** Whether this process runs in a Pod that has an identity. */
export function isInCluster({ environment, directory = SERVICE_ACCOUNT_DIRECTORY }: Omit<InClusterOptions, 'clock'>): boolean {
  return Boolean(environment['KUBERNETES_SERVICE_HOST']) && existsSync(join(directory, 'token'))
}

/**
 * The identity of the Pod's ServiceAccount. Token and CA bundle are read again as the kubelet rotates them.
 * @throws ConfigurationError when not in a Pod, or when the mounted files cannot be read
 */
export async function inClusterIdentity(options: InClusterOptions): Promise<ClusterIdentity> {
  const { environment, directory = SERVICE_ACCOUNT_DIRECTORY, clock } = options
  const host = environment['KUBERNETES_SERVICE_HOST']
  const port = environment['KUBERNETES_SERVICE_PORT'] || '443'
  if (!host) throw new ConfigurationError('KUBERNETES_SERVICE_HOST is not set: this is not a Pod, so name a kubeconfig')
  const token = fileMaterial(join(directory, 'token'), { clock })
  const ca = fileMaterial(join(directory, 'ca.crt'), { clock, problemOf: authorityProblem })
  const [, , namespace] = await Promise.all([
    token.read(),
    ca.read(),
    // A Pod with a hand-mounted token may lack this file; everything else works without it.
    fileMaterial(join(directory, 'namespace'), { clock })
      .read()
      .catch(() => 'default'),
  ])
  const server = `https://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`
  const proxy = proxyFromEnvironment(new URL(server), environment)
  return {
    server,
    namespace: namespace.trim() || 'default',
    inCluster: true,
    tls: { ca, skipVerify: false },
    ...(proxy && { proxy }),
    credentials: materialCredentials({ token }),
  }
}
