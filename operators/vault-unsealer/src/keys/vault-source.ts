import { isVaultError, vaultClient } from '@kubewright/vault'
import type { VaultUnsealerSpec } from '../kinds/vault-unsealer.ts'
import { isAllowedHost } from '../members/target-url.ts'
import { sharesIn } from './envelope.ts'
import { readHandedOver, type ShareSecretParts } from './secret-source.ts'
import type { ShareSource } from './source.ts'

type Ref = NonNullable<VaultUnsealerSpec['unsealKeysVault']>[number]

/** Shares in the KV of another Vault. Its host must be allowed to the operator, and its token handed over like shares. */
export function vaultSource(ref: Ref, parts: ShareSecretParts & { readonly allowedHosts: readonly string[] }): ShareSource {
  const name = `Vault ${ref.url}, ${ref.mount}/${ref.path}, field "${ref.field}"`
  const failed = (why: 'NotGranted' | 'Forbidden' | 'EntryMissing' | 'Malformed' | 'Unavailable', message: string) =>
    ({ is: 'failed', why, message: `${name}: ${message}` }) as const
  return {
    name,
    async load(signal) {
      const host = URL.canParse(ref.url) ? new URL(ref.url).hostname : ''
      if (!isAllowedHost(host, parts.allowedHosts))
        return failed('Forbidden', "the operator's --vault-unsealer-allowed-hosts does not name its host")
      const token = await readHandedOver(parts, ref.tokenSecretRef, signal)
      if (token.is === 'failed') return token
      const encoded = token.entries[ref.tokenSecretRef.key]
      if (encoded === undefined) return failed('EntryMissing', `the Secret of its token has no entry "${ref.tokenSecretRef.key}"`)
      const ca = ref.caBundleSecretRef === undefined ? undefined : await readHandedOver(parts, ref.caBundleSecretRef, signal)
      if (ca?.is === 'failed') return ca
      const pem = ca?.entries[ref.caBundleSecretRef?.key ?? '']
      if (ca !== undefined && pem === undefined) return failed('EntryMissing', 'the Secret of its CA has no such entry')
      try {
        const client = vaultClient({
          address: ref.url,
          auth: { method: 'token', token: Buffer.from(encoded, 'base64').toString('utf8').trim() },
          ...(pem !== undefined && { tls: { ca: Buffer.from(pem, 'base64').toString('utf8') } }),
        })
        try {
          const secret = await client.kvV2(ref.mount).read(ref.path, { signal })
          const value = secret?.data?.[ref.field]
          if (typeof value !== 'string') return failed('EntryMissing', 'there is no such field, or it is no text')
          const { shares, refused } = await sharesIn(Buffer.from(value), parts.envelope, signal)
          const sentences = refused.map(({ at, why }) => `${name}${at === 0 ? '' : `, share ${at}`}: ${why}`)
          return shares.length === 0 ? failed('Malformed', sentences.join('; ')) : { is: 'loaded', shares, refused: sentences }
        } finally {
          await client.close()
        }
      } catch (error) {
        signal.throwIfAborted()
        if (isVaultError(error, 'permissionDenied', 'invalidToken')) return failed('Forbidden', 'its token may not read it')
        return failed('Unavailable', isVaultError(error) ? error.message : 'it could not be read: is its url of https://?')
      }
    },
  }
}
