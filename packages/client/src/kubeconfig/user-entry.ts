import { isAbsolute, resolve } from 'node:path'
import type { Impersonation } from '../contract.ts'
import type { ExecCache } from '../exec/exec-cache.ts'
import { EXEC_API_VERSIONS, type ExecApiVersion, type ExecCluster } from '../exec/exec-credential.ts'
import type { ExecSpec } from '../exec/exec-plugin.ts'
import { materialCredentials } from '../identity/credentials.ts'
import type { CredentialSource } from '../identity/identity.ts'
import { type FileMaterialOptions, fileMaterial, fixedMaterial, type Material } from '../identity/material.ts'
import type { ClusterPart } from './cluster-entry.ts'
import type { Fields } from './fields.ts'
import { materialOf } from './material-field.ts'
import type { Problems } from './problems.ts'
import type { SelectedEntry } from './selection.ts'

export interface UserPart {
  readonly credentials: CredentialSource
  readonly impersonate?: Impersonation
  readonly token?: Material
  readonly certificate?: { readonly cert: Material; readonly key: Material }
}

/** Reads the `user` mapping of a kubeconfig. */
export async function readUser(
  entry: SelectedEntry,
  cluster: ClusterPart,
  execCache: ExecCache,
  files: FileMaterialOptions,
  problems: Problems,
): Promise<UserPart> {
  const { fields, folder } = entry
  const token = readToken(fields, folder, files)
  const basic = readBasic(fields, problems)
  const certificate = readCertificate(fields, folder, files, problems)
  if (fields.has('auth-provider')) {
    problems.add(
      `${fields.where('auth-provider')} is the old plugin mechanism, which is not supported: use "exec" (for the clouds: gke-gcloud-auth-plugin, kubelogin, aws eks get-token)`,
    )
  }
  const methods = [
    token && 'token',
    basic && 'username',
    fields.has('exec') && 'exec',
    fields.has('exec') && certificate && 'client-certificate',
  ].filter((method) => typeof method === 'string')
  if (methods.length > 1) problems.add(`${fields.where(methods[0]!)}: more than one way to log in (${methods.join(', ')}): keep one`)
  const exec = fields.has('exec') ? await readExec(fields.child('exec'), folder, cluster, problems) : undefined
  const impersonate = readImpersonation(fields, problems)
  const credentials = exec
    ? execCache.source(exec)
    : materialCredentials({ ...(token && { token }), ...(basic && { basic }), ...(certificate && { certificate }) })
  return {
    credentials,
    ...(impersonate && { impersonate }),
    ...(token && { token }),
    ...(certificate && { certificate }),
  }
}

function readToken(fields: Fields, folder: string, files: FileMaterialOptions): Material | undefined {
  // client-go prefers the file to the inline token: the file is the one that is kept fresh.
  const file = fields.text('tokenFile')
  if (file !== undefined) return fileMaterial(resolve(folder, file), files)
  const token = fields.text('token')
  return token === undefined ? undefined : fixedMaterial(fields.where('token'), token)
}

function readBasic(fields: Fields, problems: Problems): { username: string; password: string } | undefined {
  const username = fields.text('username')
  const password = fields.text('password')
  if (username === undefined && password === undefined) return undefined
  if (username === undefined || username.includes(':')) {
    problems.add(`${fields.where('username')} is missing or contains a colon: basic authentication cannot carry it`)
    return undefined
  }
  return { username, password: password ?? '' }
}

function readCertificate(
  fields: Fields,
  folder: string,
  files: FileMaterialOptions,
  problems: Problems,
): { cert: Material; key: Material } | undefined {
  const cert = materialOf(fields, folder, 'client-certificate', files, problems)
  const key = materialOf(fields, folder, 'client-key', files, problems)
  if ((cert === undefined) !== (key === undefined)) {
    problems.add(
      `${fields.where(cert === undefined ? 'client-certificate' : 'client-key')} is missing: a certificate and its key go together`,
    )
  }
  return cert && key && { cert, key }
}

async function readExec(fields: Fields, folder: string, cluster: ClusterPart, problems: Problems): Promise<ExecSpec | undefined> {
  const apiVersion = fields.text('apiVersion') as ExecApiVersion | undefined
  if (apiVersion === undefined || !EXEC_API_VERSIONS.includes(apiVersion)) {
    problems.add(
      `${fields.where('apiVersion')} is ${apiVersion ? `"${apiVersion}"` : 'missing'}: write one of ${EXEC_API_VERSIONS.join(', ')}`,
    )
  }
  const command = fields.text('command')
  if (command === undefined) problems.add(`${fields.where('command')} is missing: name the credential plugin`)
  const mode = fields.text('interactiveMode') ?? (apiVersion === 'client.authentication.k8s.io/v1beta1' ? 'IfAvailable' : undefined)
  if (mode !== 'Never' && mode !== 'IfAvailable' && mode !== 'Always') {
    problems.add(`${fields.where('interactiveMode')} is ${mode ? `"${mode}"` : 'missing'}: write Never, IfAvailable or Always`)
  }
  const env: Record<string, string> = {}
  for (const item of fields.children('env')) {
    const name = item.text('name')
    if (name === undefined) problems.add(`${item.where('name')} is missing`)
    else env[name] = item.text('value') ?? ''
  }
  const installHint = fields.text('installHint')
  const info: ExecCluster | undefined = fields.flag('provideClusterInfo') ? await cluster.execCluster() : undefined
  if (apiVersion === undefined || command === undefined) return undefined
  return {
    where: fields.where('command').replace(/\.command$/, ''),
    apiVersion,
    // A path is relative to the kubeconfig; a bare name is looked up on the PATH.
    command: command.includes('/') && !isAbsolute(command) ? resolve(folder, command) : command,
    args: fields.texts('args'),
    env,
    interactiveMode: (mode ?? 'Never') as ExecSpec['interactiveMode'],
    ...(installHint !== undefined && { installHint }),
    ...(info !== undefined && { cluster: info }),
  }
}

function readImpersonation(fields: Fields, problems: Problems): Impersonation | undefined {
  const user = fields.text('as')
  const uid = fields.text('as-uid')
  const groups = fields.texts('as-groups')
  const extra = (fields.raw('as-user-extra') ?? {}) as Readonly<Record<string, readonly string[]>>
  if (user === undefined) {
    if (uid !== undefined || groups.length > 0 || Object.keys(extra).length > 0) {
      problems.add(`${fields.where('as')} is missing: as-uid, as-groups and as-user-extra need the user they belong to`)
    }
    return undefined
  }
  return { user, ...(uid !== undefined && { uid }), groups, extra }
}
