import { type Clock, messageOf } from '@kubewright/core'
import type { ExecCache } from '../exec/exec-cache.ts'
import type { ClusterIdentity } from '../identity/identity.ts'
import type { Material } from '../identity/material.ts'
import { authorityProblem, pairProblem } from '../identity/pem.ts'
import { readCluster } from './cluster-entry.ts'
import type { Kubeconfig } from './kubeconfig.ts'
import { Problems } from './problems.ts'
import { type KubeconfigChoice, selectEntries } from './selection.ts'
import { readUser, type UserPart } from './user-entry.ts'

export interface IdentityOfOptions extends KubeconfigChoice {
  readonly clock: Clock
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly execCache: ExecCache
}

/**
 * The identity that a context of a kubeconfig describes. Every file it names is read once, so that a wrong path is found here and not in the
 * first request. @throws ConfigurationError with everything that is wrong with the chosen entries
 */
export async function identityOf(config: Kubeconfig, options: IdentityOfOptions): Promise<ClusterIdentity> {
  const problems = new Problems()
  const files = { clock: options.clock }
  const selection = selectEntries(config, options, problems)
  const cluster = readCluster(selection.cluster, options.environment, files, problems)
  const anonymous: UserPart = { credentials: { current: () => Promise.resolve({}), renew: () => false, close() {} } }
  await readable([cluster.ca], problems)
  problems.throwIfAny()
  const user = selection.user ? await readUser(selection.user, cluster, options.execCache, files, problems) : anonymous
  await readable([user.token, user.certificate?.cert, user.certificate?.key], problems)
  problems.throwIfAny()
  await checkPems(cluster.ca, user.certificate, problems)
  problems.throwIfAny()
  return {
    server: cluster.server,
    namespace: selection.namespace ?? 'default',
    inCluster: false,
    tls: {
      ...(cluster.ca && { ca: cluster.ca }),
      ...(cluster.serverName !== undefined && { serverName: cluster.serverName }),
      skipVerify: cluster.skipVerify,
    },
    ...(cluster.proxy && { proxy: cluster.proxy }),
    compression: cluster.compression,
    credentials: user.credentials,
    ...(user.impersonate && { impersonate: user.impersonate }),
  }
}

async function readable(materials: readonly (Material | undefined)[], problems: Problems): Promise<void> {
  for (const material of materials) await material?.read().catch((error: unknown) => problems.add(messageOf(error)))
}

async function checkPems(ca: Material | undefined, certificate: UserPart['certificate'], problems: Problems): Promise<void> {
  problems.add(ca && authorityProblem(ca.name, await ca.read()))
  if (certificate) {
    const { cert, key } = certificate
    problems.add(pairProblem(`${cert.name} and ${key.name}`, await cert.read(), await key.read()))
  }
}
