import { appendFileSync, readFileSync } from 'node:fs'
import { ConfigurationError, messageOf } from '@kubewright/core'
import { auditPolicyOf } from '../audit/policy-document.ts'
import type { AuthorizationMode } from '../authz/authorizer.ts'
import { selectedControllers } from '../controllers/selection.ts'
import { loadYaml } from '../rest/yaml-dialect.ts'
import type { ApiServerOptions } from './options.ts'

/** The values of kube-apiserver's flags by name, without the dashes; those that may be repeated are joined by commas. */
export type ServerFlags = Readonly<Record<string, string | undefined>>

/** The flags that {@link optionsOfFlags} understands: kube-apiserver's, kube-controller-manager's for the controllers and etcd's for the storage that this server has inside. */
export const SERVER_FLAGS = [
  'tls-cert-file',
  'tls-private-key-file',
  'client-ca-file',
  'token-auth-file',
  'authorization-mode',
  'anonymous-auth',
  'service-account-issuer',
  'service-account-key-file',
  'service-account-signing-key-file',
  'api-audiences',
  'audit-policy-file',
  'audit-log-path',
  'controllers',
  'data-dir',
] as const

const MODES: readonly string[] = ['AlwaysAllow', 'RBAC'] satisfies readonly AuthorizationMode[]

/** What kube-apiserver's flags mean here. Files are read. @throws ConfigurationError naming the flag */
export async function optionsOfFlags(flags: ServerFlags): Promise<ApiServerOptions> {
  const file = (flag: string): string | undefined => {
    const path = flags[flag]
    return path === undefined || path === '' ? undefined : contentOf(flag, path)
  }
  if ((flags['tls-cert-file'] === undefined) !== (flags['tls-private-key-file'] === undefined))
    throw new ConfigurationError('--tls-cert-file and --tls-private-key-file go together: give both or none')
  const cert = file('tls-cert-file')
  const key = file('tls-private-key-file')
  const audit = await auditOf(file('audit-policy-file'), flags['audit-log-path'])
  return defined({
    tls: cert === undefined || key === undefined ? undefined : { cert, key },
    clientCa: file('client-ca-file'),
    tokenFile: file('token-auth-file'),
    authorizationModes: modesOf(flags['authorization-mode']),
    anonymous: booleanOf('anonymous-auth', flags['anonymous-auth']),
    serviceAccounts: defined({
      issuer: listOf(flags['service-account-issuer'])[0],
      audiences: flags['api-audiences'] === undefined ? undefined : listOf(flags['api-audiences']),
      signingKey: file('service-account-signing-key-file'),
      verificationKeys: keysOf(flags['service-account-key-file']),
    }),
    audit,
    controllers: controllersOf(flags['controllers']),
    dataDir: directoryOf(flags['data-dir']),
  }) as ApiServerOptions
}

function contentOf(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigurationError(`--${flag}: cannot read ${path}: ${messageOf(error)}`, { cause: error })
  }
}

const listOf = (text: string | undefined): readonly string[] =>
  (text ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))

function keysOf(paths: string | undefined): readonly string[] | undefined {
  return paths === undefined ? undefined : listOf(paths).map((path) => contentOf('service-account-key-file', path))
}

function modesOf(text: string | undefined): readonly AuthorizationMode[] | undefined {
  if (text === undefined) return undefined
  const modes = listOf(text)
  const unknown = modes.find((mode) => !MODES.includes(mode))
  if (unknown !== undefined || modes.length === 0)
    throw new ConfigurationError(
      `--authorization-mode: ${JSON.stringify(unknown ?? text)} is not supported here: give ${MODES.join(' or ')}, or both with a comma`,
    )
  if (new Set(modes).size < modes.length) throw new ConfigurationError(`--authorization-mode: ${text} names a mode twice`)
  return modes as readonly AuthorizationMode[]
}

function controllersOf(text: string | undefined): ApiServerOptions['controllers'] {
  if (text === undefined) return undefined
  const names = listOf(text)
  try {
    selectedControllers(names)
  } catch (error) {
    if (error instanceof ConfigurationError) throw new ConfigurationError(`--${error.message}`, { cause: error })
    throw error
  }
  return names
}

function directoryOf(path: string | undefined): string | undefined {
  if (path === '') throw new ConfigurationError('--data-dir: give a directory, or leave the flag out for a server in memory')
  return path
}

function booleanOf(flag: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (text === '' || text === 'true') return true
  if (text === 'false') return false
  throw new ConfigurationError(`--${flag}: ${JSON.stringify(text)} is neither true nor false`)
}

/** Without a path there is no log, as on kube-apiserver. `-` is the standard output. */
async function auditOf(policyText: string | undefined, path: string | undefined): Promise<ApiServerOptions['audit']> {
  if (path === undefined || path === '') return undefined
  if (policyText === undefined)
    throw new ConfigurationError('--audit-log-path: without --audit-policy-file nothing would be written: give the policy too')
  const { parse } = await loadYaml()
  const policy = auditPolicyOf(parse(policyText))
  // In order and at once: who reads the file after a request finds that request in it.
  const write =
    path === '-'
      ? (line: string) => process.stdout.write(`${line}\n`)
      : (line: string) => appendFileSync(path, `${line}\n`, { mode: 0o600 })
  return { policy, write: (line) => void write(line) }
}

/** Without the fields that nothing was said of. */
function defined(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
