import { type ApiServerOptions, optionsOfFlags, SERVER_FLAGS, startApiServer } from '@kubewright/apiserver'
import { ConfigurationError } from '@kubewright/core'
import { aborted, type OutputFormat, type Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { foreignFlagsOf, optionName } from './foreign-flags.ts'
import { writeKubeconfigFile } from './kubeconfig-file.ts'
import { parsePort } from './port.ts'
import { servingFiles } from './serving-files.ts'

interface ApiServerFlags {
  readonly securePort?: string
  readonly bindAddress?: string
  readonly writeKubeconfig?: string
  readonly output?: OutputFormat
  readonly certDir?: string
  readonly tlsCertFile?: string
}

/** Runs the embedded API server until the program is asked to stop. */
export async function apiserver(given: Readonly<Record<string, unknown>>, terminal: Terminal): Promise<void> {
  const flags = given as ApiServerFlags
  const began = performance.now()
  const foreign = foreignFlagsOf(given)
  if (foreign.length > 0)
    terminal.stderr.write(`apiserver: of no effect on the embedded API server: ${foreign.map((flag) => `--${flag}`).join(', ')}\n`)
  const server = await startApiServer({
    controllers: ['*'],
    ...(await optionsFrom({ ...given, ...servingFlags(flags) })),
    host: flags.bindAddress ?? '127.0.0.1',
    port: parsePort('--secure-port', flags.securePort ?? '6443'),
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

const servingFlags = ({ certDir, tlsCertFile, bindAddress = '127.0.0.1' }: ApiServerFlags): object =>
  certDir === undefined || tlsCertFile !== undefined ? {} : servingFiles(certDir, bindAddress)

/** The flags that are kube-apiserver's own, by their own names. @throws UsageError */
async function optionsFrom(given: Readonly<Record<string, unknown>>): Promise<ApiServerOptions> {
  const named = SERVER_FLAGS.map((flag) => [flag, given[optionName(flag)]] as const)
  const flags = Object.fromEntries(
    named.flatMap(([flag, value]) => (value === undefined ? [] : [[flag, value === true ? 'true' : String(value)]])),
  )
  try {
    return await optionsOfFlags(flags)
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}
