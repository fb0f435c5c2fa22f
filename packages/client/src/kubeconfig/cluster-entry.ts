import type { ExecCluster } from '../exec/exec-credential.ts'
import type { FileMaterialOptions, Material } from '../identity/material.ts'
import { authorityProblem } from '../identity/pem.ts'
import { parseProxyUrl, proxyFromEnvironment } from '../identity/proxy.ts'
import type { Fields } from './fields.ts'
import { materialOf } from './material-field.ts'
import type { Problems } from './problems.ts'
import type { SelectedEntry } from './selection.ts'

export interface ClusterPart {
  readonly server: string
  readonly ca?: Material
  readonly serverName?: string
  readonly skipVerify: boolean
  readonly compression: boolean
  readonly proxy?: URL
  /** What a plugin with `provideClusterInfo` is told. */
  execCluster(): Promise<ExecCluster>
}

/** Reads the `cluster` mapping of a kubeconfig. */
export function readCluster(
  entry: SelectedEntry,
  environment: Readonly<Record<string, string | undefined>>,
  files: FileMaterialOptions,
  problems: Problems,
): ClusterPart {
  const { fields, folder } = entry
  const server = readServer(fields, problems)
  const ca = materialOf(fields, folder, 'certificate-authority', { ...files, problemOf: authorityProblem }, problems)
  const serverName = fields.text('tls-server-name')
  const skipVerify = fields.flag('insecure-skip-tls-verify')
  if (skipVerify && ca !== undefined) {
    problems.add(`${fields.where('insecure-skip-tls-verify')} is true although a certificate authority is given: remove one of the two`)
  }
  const compression = !fields.flag('disable-compression')
  const proxyText = fields.text('proxy-url')
  const proxy = readProxy(proxyText, fields, server, environment, problems)
  return {
    server,
    ...(ca !== undefined && { ca }),
    ...(serverName !== undefined && { serverName }),
    skipVerify,
    compression,
    ...(proxy !== undefined && { proxy }),
    async execCluster() {
      const config = execExtension(fields)
      return {
        server,
        ...(serverName !== undefined && { 'tls-server-name': serverName }),
        ...(skipVerify && { 'insecure-skip-tls-verify': true }),
        ...(ca !== undefined && { 'certificate-authority-data': Buffer.from(await ca.read()).toString('base64') }),
        ...(!compression && { 'disable-compression': true }),
        ...(proxyText !== undefined && { 'proxy-url': proxyText }),
        ...(config !== undefined && { config }),
      }
    },
  }
}

function readServer(fields: Fields, problems: Problems): string {
  const text = fields.text('server')
  if (text === undefined) {
    problems.add(`${fields.where('server')} is missing: write the API server's address, such as https://10.0.0.1:6443`)
    return ''
  }
  const server = parseServerUrl(text)
  if (server === undefined) {
    problems.add(`${fields.where('server')}: "${text}" is not an http or https URL: write it like https://10.0.0.1:6443`)
  }
  return server ?? ''
}

/** `undefined`: not an http or https URL. */
export function parseServerUrl(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function readProxy(
  text: string | undefined,
  fields: Fields,
  server: string,
  environment: Readonly<Record<string, string | undefined>>,
  problems: Problems,
): URL | undefined {
  if (server === '') return undefined
  try {
    // As in client-go, a proxy-url is meant for this cluster and NO_PROXY does not apply to it.
    return text === undefined ? proxyFromEnvironment(new URL(server), environment) : parseProxyUrl(text, fields.where('proxy-url'))
  } catch (error) {
    problems.add((error as Error).message)
    return undefined
  }
}

function execExtension(fields: Fields): unknown {
  const extension = fields.children('extensions').find((item) => item.text('name') === 'client.authentication.k8s.io/exec')
  return extension?.raw('extension')
}
