import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { messageOf, systemClock } from '@kubewright/core'
import { createClient } from './client.ts'
import type { ClientOptions, ClusterConnection, ConnectOptions } from './connection.ts'
import type { Client } from './contract.ts'
import { createExecCache } from './exec/exec-cache.ts'
import { materialCredentials } from './identity/credentials.ts'
import type { ClusterIdentity } from './identity/identity.ts'
import { inClusterIdentity, isInCluster } from './identity/in-cluster.ts'
import { fixedMaterial, type Material } from './identity/material.ts'
import { authorityProblem, pairProblem, pemOf } from './identity/pem.ts'
import { isLoopback, parseProxyUrl } from './identity/proxy.ts'
import { toldCredentials } from './identity/told-credentials.ts'
import { parseServerUrl } from './kubeconfig/cluster-entry.ts'
import { identityOf } from './kubeconfig/identity-of.ts'
import { type Kubeconfig, mergeKubeconfigs, parseKubeconfig } from './kubeconfig/kubeconfig.ts'
import { KubeconfigError } from './kubeconfig/kubeconfig-error.ts'
import { Problems } from './kubeconfig/problems.ts'

/**
 * A client for the cluster that the surroundings name: `kubeconfig` (or its text) when given, else the files of `KUBECONFIG`, else the Pod's
 * own identity, else `~/.kube/config`. Nothing is sent yet: a server that is down shows in the first request.
 * @throws ConfigurationError that names what is wrong, and where, with the mend; several mistakes at once
 */
export async function connect(options: ConnectOptions = {}): Promise<Client> {
  return clientFor(await identityFrom(options), options)
}

/** A client for a server that is known already, such as the embedded one. @throws ConfigurationError when the connection cannot be one */
export function connectTo(connection: ClusterConnection, options: ClientOptions = {}): Client {
  return clientFor(identityTo(connection), options)
}

function clientFor(identity: ClusterIdentity, options: ClientOptions): Client {
  const { protocol, hostname } = new URL(identity.server)
  // What goes to this machine itself (kubectl proxy, a server of a test) nobody else can read.
  if (protocol === 'http:' && !isLoopback(hostname)) {
    options.onWarning?.(
      `${identity.server} is not encrypted: everything sent there can be read on the way, credentials included. Use https://`,
    )
  }
  const { onCredential } = options
  return createClient(
    onCredential === undefined ? identity : { ...identity, credentials: toldCredentials(identity.credentials, onCredential) },
    options,
  )
}

async function identityFrom(options: ConnectOptions): Promise<ClusterIdentity> {
  const { environment = process.env, clock = systemClock, serviceAccountDirectory } = options
  const inCluster = { environment, clock, ...(serviceAccountDirectory !== undefined && { directory: serviceAccountDirectory }) }
  const config = await chooseKubeconfig(options, environment, () => isInCluster(inCluster))
  if (config === 'in-cluster') {
    const identity = await inClusterIdentity(inCluster)
    return options.namespace === undefined ? identity : { ...identity, namespace: options.namespace }
  }
  return identityOf(config, { ...options, environment, clock, execCache: createExecCache({ clock }) })
}

async function chooseKubeconfig(
  options: ConnectOptions,
  environment: Readonly<Record<string, string | undefined>>,
  inCluster: () => boolean,
): Promise<Kubeconfig | 'in-cluster'> {
  if (options.kubeconfigText !== undefined) return parseKubeconfig(options.kubeconfigText, resolve('kubeconfig'))
  if (options.kubeconfig !== undefined) return readKubeconfigs(options.kubeconfig, 'the kubeconfig option')
  if (environment['KUBECONFIG']) return readKubeconfigs(environment['KUBECONFIG'], 'KUBECONFIG')
  if (inCluster()) return 'in-cluster'
  const file = join(options.homeDirectory ?? homedir(), '.kube', 'config')
  const config = await readIfThere(file)
  if (config) return config
  throw new KubeconfigError(
    `no cluster to connect to: KUBECONFIG is not set, this is not a Pod, and ${file} does not exist. Name a kubeconfig with --kubeconfig or KUBECONFIG`,
  )
}

/** A single file must exist; of a list, those that do are merged, as kubectl does. */
async function readKubeconfigs(list: string, source: string): Promise<Kubeconfig> {
  const files = list.split(delimiter).filter((file) => file !== '')
  const configs = (await Promise.all(files.map((file) => readIfThere(resolve(file))))).filter((config) => config !== undefined)
  if (configs.length === 0) {
    throw new KubeconfigError(
      `${source} names ${files.join(', ') || 'no file'}, ${files.length > 1 ? 'none of which exists' : 'which does not exist'}`,
    )
  }
  return configs.length === 1 ? configs[0]! : mergeKubeconfigs(configs)
}

async function readIfThere(file: string): Promise<Kubeconfig | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new KubeconfigError(`${file} cannot be read: ${messageOf(error)}`, { cause: error })
  }
  return parseKubeconfig(text, file)
}

function identityTo(connection: ClusterConnection): ClusterIdentity {
  const { caData, token, certData, keyData, tlsServerName, insecureSkipTlsVerify = false, namespace = 'default', proxyUrl } = connection
  const problems = new Problems()
  const server = parseServerUrl(connection.server)
  if (server === undefined)
    problems.add(`connection.server: "${connection.server}" is not an http or https URL: write it like https://10.0.0.1:6443`)
  const pem = (field: 'caData' | 'certData' | 'keyData'): Material | undefined => {
    const text = connection[field]
    if (text === undefined) return undefined
    const read = pemOf(text)
    if (read === undefined) problems.add(`connection.${field} is neither PEM nor the base64 of PEM`)
    return fixedMaterial(`connection.${field}`, read ?? '')
  }
  const ca = pem('caData')
  const cert = pem('certData')
  const key = pem('keyData')
  if ((certData === undefined) !== (keyData === undefined))
    problems.add('connection.certData and connection.keyData go together: one is missing')
  problems.throwIfAny()
  if (caData !== undefined) problems.add(authorityProblem('connection.caData', pemOf(caData)!))
  if (certData !== undefined && keyData !== undefined) {
    problems.add(pairProblem('connection.certData and connection.keyData', pemOf(certData)!, pemOf(keyData)!))
  }
  problems.throwIfAny()
  return {
    server: server!,
    namespace,
    inCluster: false,
    tls: { ...(ca && { ca }), ...(tlsServerName !== undefined && { serverName: tlsServerName }), skipVerify: insecureSkipTlsVerify },
    ...(proxyUrl !== undefined && { proxy: parseProxyUrl(proxyUrl, 'connection.proxyUrl') }),
    credentials: materialCredentials({
      ...(token !== undefined && { token: fixedMaterial('connection.token', token) }),
      ...(cert && key && { certificate: { cert, key } }),
    }),
  }
}
