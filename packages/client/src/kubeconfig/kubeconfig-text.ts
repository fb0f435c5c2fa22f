import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import type { ClusterConnection } from '../connection.ts'
import { pemOf } from '../identity/pem.ts'

/**
 * A kubeconfig for one server, as JSON: that is YAML too, and is read without a parser for YAML. It holds the connection's secrets: write it with
 * {@link writeKubeconfig}, which lets only its owner read it.
 */
export function kubeconfigFor(connection: ClusterConnection, name = 'kubewright'): string {
  const base64 = (pem: string) => Buffer.from(pemOf(pem) ?? pem).toString('base64')
  const { server, caData, token, certData, keyData, insecureSkipTlsVerify, tlsServerName, proxyUrl, namespace } = connection
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server,
          ...(caData !== undefined && { 'certificate-authority-data': base64(caData) }),
          ...(insecureSkipTlsVerify && { 'insecure-skip-tls-verify': true }),
          ...(tlsServerName !== undefined && { 'tls-server-name': tlsServerName }),
          ...(proxyUrl !== undefined && { 'proxy-url': proxyUrl }),
        },
      },
    ],
    users: [
      {
        name,
        user: {
          ...(token !== undefined && { token }),
          ...(certData !== undefined && { 'client-certificate-data': base64(certData) }),
          ...(keyData !== undefined && { 'client-key-data': base64(keyData) }),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace !== undefined && { namespace }) } }],
    'current-context': name,
  }
  return `${JSON.stringify(config, undefined, 2)}\n`
}

/** Writes it readable by its owner alone, and whole or not at all: a program that waits for the file never reads half of it. */
export async function writeKubeconfig(path: string, text: string): Promise<void> {
  const beside = `${path}.${randomUUID()}`
  try {
    await writeFile(beside, text, { mode: 0o600, flag: 'wx' })
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
