import { readFileSync } from 'node:fs'
import { startApiServer } from '@kubewright/apiserver'
import { messageOf } from '@kubewright/core'
import { aborted, type OutputFormat, type Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { writeKubeconfigFile } from './kubeconfig-file.ts'
import { parsePort } from './port.ts'

interface ApiServerFlags {
  readonly securePort?: string
  readonly bindAddress?: string
  readonly tlsCertFile?: string
  readonly tlsPrivateKeyFile?: string
  readonly clientCaFile?: string
  readonly tokenAuthFile?: string
  readonly authorizationMode?: string
  readonly writeKubeconfig?: string
  readonly output?: OutputFormat
}

/** Runs the embedded API server until the program is asked to stop. */
export async function apiserver(given: Readonly<Record<string, unknown>>, terminal: Terminal): Promise<void> {
  const flags = given as ApiServerFlags
  const began = performance.now()
  if ((flags.authorizationMode ?? 'AlwaysAllow') !== 'AlwaysAllow') {
    throw new UsageError(`--authorization-mode: "${flags.authorizationMode}" is not supported yet; leave the flag out, or give AlwaysAllow`)
  }
  if ((flags.tlsCertFile === undefined) !== (flags.tlsPrivateKeyFile === undefined))
    throw new UsageError('--tls-cert-file and --tls-private-key-file go together: give both or none')
  const server = await startApiServer({
    host: flags.bindAddress ?? '127.0.0.1',
    port: parsePort('--secure-port', flags.securePort ?? '6443'),
    ...(flags.tlsCertFile && flags.tlsPrivateKeyFile
      ? { tls: { cert: readPem('--tls-cert-file', flags.tlsCertFile), key: readPem('--tls-private-key-file', flags.tlsPrivateKeyFile) } }
      : {}),
    ...(flags.clientCaFile ? { clientCa: readPem('--client-ca-file', flags.clientCaFile) } : {}),
    ...(flags.tokenAuthFile ? { tokenFile: readPem('--token-auth-file', flags.tokenAuthFile) } : {}),
    log: (line) => terminal.stderr.write(`${line}\n`),
  })
  try {
    const kubeconfig = flags.writeKubeconfig ? await writeKubeconfigFile(flags.writeKubeconfig, server.kubeconfig) : undefined
    const milliseconds = Math.round(performance.now() - began)
    if (flags.output === 'json')
      terminal.stdout.write(`${JSON.stringify({ server: server.url, kubeconfig, readyMilliseconds: milliseconds })}\n`)
    else terminal.stdout.write(`server: ${server.url}\n${kubeconfig ? `kubeconfig: ${kubeconfig}\n` : ''}ready in ${milliseconds} ms\n`)
    await aborted(terminal.signal)
  } finally {
    await server.stop()
  }
}

function readPem(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`${flag}: cannot read ${path}: ${messageOf(error)}`, { cause: error })
  }
}
