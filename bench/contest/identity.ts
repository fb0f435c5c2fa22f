import { writeFileSync } from 'node:fs'
import type { ClusterConnection } from 'kubewright'

/** Who a program is that has no kubeconfig reader: a file with {ca, cert, key, token}, as Node's own TLS takes them. */
export function writeIdentity(file: string, { caData, certData, keyData, token }: ClusterConnection): void {
  writeFileSync(file, JSON.stringify({ ca: pem(caData), cert: pem(certData), key: pem(keyData), token }), { mode: 0o600 })
}

/** Connections have PEM, or the base64 of it. */
const pem = (text: string | undefined) =>
  text === undefined || text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8')
