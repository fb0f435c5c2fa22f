import type { Pair } from '@kubewright/core/certificates'

/**
 * What all replicas share, in one Secret. A certificate authority is never exchanged in one step: while one announces the next, both are trusted
 * and the old one's certificate serves; while one retires, both are trusted and the new one's certificate serves.
 */
export type Material =
  | { readonly is: 'steady'; readonly authority: Pair; readonly server: Pair }
  | { readonly is: 'announcing'; readonly authority: Pair; readonly server: Pair; readonly next: Pair }
  | { readonly is: 'retiring'; readonly authority: Pair; readonly server: Pair /** PEM; its key is gone. */; readonly previous: string }

/** The authorities that clients must trust, as PEM. The oldest first: the text does not change when the next one takes over. */
export function bundleOf(material: Material): string {
  switch (material.is) {
    case 'steady':
      return material.authority.cert
    case 'announcing':
      return material.authority.cert + material.next.cert
    case 'retiring':
      return material.previous + material.authority.cert
  }
}

/** The keys of the Secret: those that kubernetes.io/tls and cert-controller have, and what a rotation adds. */
const KEYS = {
  bundle: 'ca.crt',
  authority: 'authority.crt',
  authorityKey: 'ca.key',
  server: 'tls.crt',
  serverKey: 'tls.key',
  next: 'next-authority.crt',
  nextKey: 'next-ca.key',
  previous: 'previous-authority.crt',
} as const

/** A Secret's `data`: values in base64. */
export type SecretData = Readonly<Record<string, string>>

export function dataOf(material: Material): SecretData {
  const { authority, server } = material
  const texts: Readonly<Record<string, string>> = {
    [KEYS.bundle]: bundleOf(material),
    [KEYS.authority]: authority.cert,
    [KEYS.authorityKey]: authority.key,
    [KEYS.server]: server.cert,
    [KEYS.serverKey]: server.key,
    ...(material.is === 'announcing' && { [KEYS.next]: material.next.cert, [KEYS.nextKey]: material.next.key }),
    ...(material.is === 'retiring' && { [KEYS.previous]: material.previous }),
  }
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]))
}

/** `undefined`: there is nothing of ours in it, or a part is missing. Whether it can be used is not looked at here. */
export function materialOf(data: SecretData): Material | undefined {
  const text = (key: string) => (data[key] === undefined ? undefined : Buffer.from(data[key], 'base64').toString())
  const pair = (cert: string | undefined, key: string | undefined): Pair | undefined => (cert && key ? { cert, key } : undefined)
  const authority = pair(text(KEYS.authority) ?? text(KEYS.bundle), text(KEYS.authorityKey))
  const server = pair(text(KEYS.server), text(KEYS.serverKey))
  if (authority === undefined || server === undefined) return undefined
  const next = pair(text(KEYS.next), text(KEYS.nextKey))
  if (next !== undefined) return { is: 'announcing', authority, server, next }
  const previous = text(KEYS.previous)
  return previous === undefined ? { is: 'steady', authority, server } : { is: 'retiring', authority, server, previous }
}
