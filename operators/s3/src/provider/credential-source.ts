import { createHash } from 'node:crypto'
import type { Secret } from 'kubewright'
import { stsEndpointOf } from '../gateway/connection.ts'
import { type Credentials, CredentialsError, credentialOf, environmentKeys, fileKeys } from '../gateway/credentials.ts'
import type { Provider } from '../kinds/provider.ts'
import { Blocked } from '../reconcile/blocked.ts'
import { followSecret, type Place } from '../reconcile/reference.ts'
import { endpointRefusal } from './endpoint.ts'

export interface LoadOptions {
  readonly allowedEndpoints: readonly string[]
  readonly ambientCredentialsNamespaces: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface LoadedCredentials {
  /** Changes with the credentials. A hash, which tells nothing. */
  readonly version: string
  readonly base: Credentials
  readonly ca: string | undefined
}

/** What a provider signs with. @throws Blocked, CredentialsError */
export async function loadCredentials(provider: Provider, place: Place, options: LoadOptions): Promise<LoadedCredentials> {
  checkEndpoints(provider, options)
  const keys = await keysOf(provider, place, options)
  const ca = await caOf(provider, place)
  const version = createHash('sha256')
    .update(JSON.stringify([keys, ca]))
    .digest('hex')
    .slice(0, 16)
  return { version, base: { keys, expiresAt: undefined }, ca }
}

function checkEndpoints({ spec }: Provider, { allowedEndpoints }: LoadOptions): void {
  for (const endpoint of [spec.endpoint, spec.iamEndpoint, stsEndpointOf(spec)]) {
    const refusal = endpoint === undefined ? undefined : endpointRefusal(endpoint, allowedEndpoints)
    if (refusal !== undefined) throw new Blocked('EndpointNotAllowed', refusal)
  }
}

async function keysOf(provider: Provider, place: Place, options: LoadOptions): Promise<Credentials['keys']> {
  const { accessKeySecretRef, secretKeySecretRef, sessionTokenSecretRef, file, environment, webIdentity } = provider.spec.auth
  if (accessKeySecretRef !== undefined && secretKeySecretRef !== undefined) {
    const accessKeyId = await credentialIn(accessKeySecretRef, provider, place)
    const secretAccessKey = await credentialIn(secretKeySecretRef, provider, place)
    if (sessionTokenSecretRef === undefined) return { accessKeyId, secretAccessKey }
    return { accessKeyId, secretAccessKey, sessionToken: await credentialIn(sessionTokenSecretRef, provider, place) }
  }
  // Whoever may write a Provider would act as the operator's pod otherwise.
  if (!options.ambientCredentialsNamespaces.includes(provider.metadata.namespace ?? ''))
    throw new Blocked(
      'CredentialsNotAllowed',
      `providers in this namespace may take credentials from Secrets only; the operator's administrator can allow others (--s3-ambient-credentials-namespaces)`,
    )
  if (file !== undefined) return fileKeys(file.path, file.profile)
  if (environment !== undefined) return environmentKeys(options.environment)
  // The request for a role by web identity is not signed; the SDK wants something to sign with all the same.
  if (webIdentity !== undefined) return { accessKeyId: 'unsigned', secretAccessKey: 'unsigned' }
  throw new CredentialsError('spec.auth names no credentials')
}

async function credentialIn(
  reference: { readonly name: string; readonly key: string; readonly namespace?: string },
  provider: Provider,
  place: Place,
): Promise<string> {
  const secret = await followSecret(reference, provider, place)
  return credentialOf(plain(secret, reference.key), `the key "${reference.key}" of Secret "${reference.name}"`)
}

async function caOf(provider: Provider, place: Place): Promise<string | undefined> {
  const reference = provider.spec.tls?.caCertSecretRef
  if (reference === undefined) return undefined
  const pem = plain(await followSecret(reference, provider, place), reference.key)
  if (pem === undefined || !pem.includes('BEGIN CERTIFICATE'))
    throw new CredentialsError(`the key "${reference.key}" of Secret "${reference.name}" has no certificate in PEM`)
  return pem
}

function plain({ data }: Secret, key: string): string | undefined {
  const value = data?.[key]
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString()
}
