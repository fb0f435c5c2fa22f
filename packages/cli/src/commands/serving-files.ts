import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigurationError, messageOf } from '@kubewright/core'
import { Authority } from '@kubewright/core/certificates'

const NAMES = ['127.0.0.1', '::1', '10.96.0.1', 'localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc']

/** The serving certificate and its key in `--cert-dir`, under the names that kube-apiserver gives them; made when they are not there, as it makes them. */
export function servingFiles(folder: string, host: string): { readonly tlsCertFile: string; readonly tlsPrivateKeyFile: string } {
  const files = { tlsCertFile: join(folder, 'apiserver.crt'), tlsPrivateKeyFile: join(folder, 'apiserver.key') }
  if (existsSync(files.tlsCertFile) && existsSync(files.tlsPrivateKeyFile)) return files
  try {
    const authority = new Authority(Date.now())
    const { cert, key } = authority.server(NAMES.includes(host) ? NAMES : [host, ...NAMES])
    mkdirSync(folder, { recursive: true })
    writeFileSync(files.tlsPrivateKeyFile, key, { mode: 0o600 })
    // With its authority behind it: clients take the file for what they verify the server by.
    writeFileSync(files.tlsCertFile, `${cert.trimEnd()}\n${authority.cert}`)
  } catch (error) {
    throw new ConfigurationError(`--cert-dir: cannot write to ${folder}: ${messageOf(error)}`, { cause: error })
  }
  return files
}
