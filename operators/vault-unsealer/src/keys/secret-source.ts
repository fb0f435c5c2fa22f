import { type Client, isApiError, isForbidden, isNotFound, messageOf, Secret } from 'kubewright'
import type { VaultUnsealerGrant } from '../kinds/grant.ts'
import type { KeysRef } from '../kinds/spec.ts'
import type { VaultUnsealer } from '../kinds/vault-unsealer.ts'
import { isBesideShares } from './beside-shares.ts'
import { consentAdvice, mayUseSecret } from './consent.ts'
import { type Envelope, sharesIn } from './envelope.ts'
import type { Loaded, ShareSource } from './source.ts'

export interface SecretSourceParts {
  readonly client: Client
  readonly unsealer: VaultUnsealer
  grants(namespace: string): readonly VaultUnsealerGrant[]
}

export interface ShareSecretParts extends SecretSourceParts {
  readonly envelope: Envelope
}

export type Entries = { readonly is: 'entries'; readonly entries: Readonly<Record<string, string>> } | Extract<Loaded, { is: 'failed' }>

/** A Secret's entries, when it has been handed over to the unsealer. Read from the API server, and kept nowhere. */
export async function readHandedOver(
  { client, unsealer, grants }: SecretSourceParts,
  at: { readonly name: string; readonly namespace?: string | undefined },
  signal: AbortSignal,
): Promise<Entries> {
  const namespace = at.namespace ?? unsealer.metadata.namespace ?? ''
  const called = `Secret ${namespace}/${at.name}`
  const failed = (why: Extract<Loaded, { is: 'failed' }>['why'], message: string): Entries => ({
    is: 'failed',
    why,
    message: `${called}: ${message}`,
  })
  try {
    const secret = await (await client.resource(Secret, { signal })).get({ namespace, name: at.name }, { signal })
    if (!mayUseSecret(unsealer, secret, grants(namespace)))
      return failed(
        'NotGranted',
        `it is not handed over to this VaultUnsealer: ${consentAdvice(unsealer.metadata, { namespace, name: at.name })}`,
      )
    return { is: 'entries', entries: secret.data ?? {} }
  } catch (error) {
    signal.throwIfAborted()
    if (isNotFound(error)) return failed('SecretMissing', 'there is none')
    if (isForbidden(error)) return failed('Forbidden', 'the operator has no right to read it')
    return failed('Unavailable', isApiError(error) ? `the API server answered ${error.code}` : messageOf(error))
  }
}

/** Shares in one entry of a Secret, or in all entries that begin alike. */
export function secretSource(ref: KeysRef, parts: ShareSecretParts): ShareSource {
  const namespace = ref.namespace ?? parts.unsealer.metadata.namespace ?? ''
  const name = `Secret ${namespace}/${ref.name}, ${ref.key === undefined ? `entries "${ref.keyPrefix}*"` : `entry "${ref.key}"`}`
  return {
    name,
    async load(signal) {
      const read = await readHandedOver(parts, ref, signal)
      if (read.is === 'failed') return read
      const keys = ref.key !== undefined ? [ref.key] : entriesWith(ref.keyPrefix ?? '', Object.keys(read.entries))
      const values = keys.flatMap((key) => (read.entries[key] === undefined ? [] : [{ key, value: read.entries[key] }]))
      if (values.length === 0) return { is: 'failed', why: 'EntryMissing', message: `${name}: the Secret has no such entry` }
      const parsed = await Promise.all(
        values.map(async ({ key, value }) => ({ key, ...(await sharesIn(Buffer.from(value, 'base64'), parts.envelope, signal)) })),
      )
      const refused = parsed.flatMap(({ key, refused: lines }) =>
        lines.map(({ at, why }) => `Secret ${namespace}/${ref.name}, entry "${key}"${at === 0 ? '' : `, share ${at}`}: ${why}`),
      )
      const shares = parsed.flatMap((each) => each.shares)
      return shares.length === 0 ? { is: 'failed', why: 'Malformed', message: refused.join('; ') } : { is: 'loaded', shares, refused }
    },
  }
}

/** key-2 before key-10, and nothing of an initialisation but its shares. */
function entriesWith(prefix: string, names: readonly string[]): readonly string[] {
  return names
    .filter((name) => name.startsWith(prefix) && !isBesideShares(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}
