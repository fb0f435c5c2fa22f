import type { TlsOptions } from '@kubewright/vault'
import { ConfigMap, isForbidden, isNotFound, messageOf, Secret } from 'kubewright'
import { consentAdvice, mayUseSecret } from '../keys/consent.ts'
import type { SecretSourceParts } from '../keys/secret-source.ts'

export type LoadedTls = { readonly is: 'tls'; readonly tls: TlsOptions } | { readonly is: 'failed'; readonly message: string }

/** The CA and the client certificate. What of it cannot be had ends the matter: nothing is called with less than was asked for. */
export async function loadTls(parts: SecretSourceParts, signal: AbortSignal): Promise<LoadedTls> {
  const { vault } = parts.unsealer.spec
  try {
    const ca = await caOf(parts, signal)
    const pair = vault.clientCertSecretRef === undefined ? undefined : await pairOf(parts, vault.clientCertSecretRef.name, signal)
    return {
      is: 'tls',
      tls: {
        ...(ca !== undefined && { ca }),
        ...(pair !== undefined && pair),
        ...(ca === undefined && vault.insecureSkipVerify && { insecureSkipVerify: true }),
      },
    }
  } catch (error) {
    signal.throwIfAborted()
    return { is: 'failed', message: messageOf(error) }
  }
}

async function caOf(parts: SecretSourceParts, signal: AbortSignal): Promise<string | undefined> {
  const { caBundleSecretRef: secret, caBundleConfigMapRef: configMap } = parts.unsealer.spec.vault
  const own = parts.unsealer.metadata.namespace ?? ''
  if (secret !== undefined) {
    const namespace = secret.namespace ?? own
    const called = `spec.vault.caBundleSecretRef: Secret ${namespace}/${secret.name}`
    const object = await found(called, async () =>
      (await parts.client.resource(Secret, { signal })).get({ namespace, name: secret.name }, { signal }),
    )
    if (namespace !== own && !mayUseSecret(parts.unsealer, object, parts.grants(namespace)))
      throw new Error(`${called}: it is not handed over: ${consentAdvice(parts.unsealer.metadata, { namespace, name: secret.name })}`)
    return textOf(called, object.data, secret.key)
  }
  if (configMap === undefined) return undefined
  const called = `spec.vault.caBundleConfigMapRef: ConfigMap ${own}/${configMap.name}`
  const object = await found(called, async () =>
    (await parts.client.resource(ConfigMap, { signal })).get({ namespace: own, name: configMap.name }, { signal }),
  )
  const text = object.data?.[configMap.key]
  if (text === undefined) throw new Error(`${called}: it has no entry "${configMap.key}"`)
  return certificates(called, text)
}

async function pairOf(
  { client, unsealer }: SecretSourceParts,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly cert: string; readonly key: string }> {
  const namespace = unsealer.metadata.namespace ?? ''
  const called = `spec.vault.clientCertSecretRef: Secret ${namespace}/${name}`
  const { data } = await found(called, async () => (await client.resource(Secret, { signal })).get({ namespace, name }, { signal }))
  const key = data?.['tls.key']
  if (key === undefined) throw new Error(`${called}: it has no entry "tls.key"`)
  return { cert: textOf(called, data, 'tls.crt'), key: Buffer.from(key, 'base64').toString('utf8') }
}

async function found<T>(called: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (isNotFound(error)) throw new Error(`${called}: there is none`, { cause: error })
    if (isForbidden(error)) throw new Error(`${called}: the operator has no right to read it`, { cause: error })
    throw new Error(`${called}: it could not be read`, { cause: error })
  }
}

function textOf(called: string, data: Readonly<Record<string, string>> | undefined, entry: string): string {
  const value = data?.[entry]
  if (value === undefined) throw new Error(`${called}: it has no entry "${entry}"`)
  return certificates(`${called}, entry "${entry}"`, Buffer.from(value, 'base64').toString('utf8'))
}

function certificates(called: string, text: string): string {
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`${called}: there is no PEM certificate in it`)
  return text
}
