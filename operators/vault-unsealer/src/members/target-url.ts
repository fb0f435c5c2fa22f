import type { VaultUnsealerSpec } from '../kinds/vault-unsealer.ts'

export interface TargetUrl {
  readonly secure: boolean
  readonly host: string
  readonly port: number
}

export type ParsedUrl = { readonly is: 'url'; readonly url: TargetUrl } | { readonly is: 'wrong'; readonly why: string }

/** Vault's own port: a url without one does not mean 443. */
const DEFAULT_PORT = 8_200

/** The parts of `vault.url` that count. */
export function parseTargetUrl(text: string): ParsedUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const wrong = (why: string): ParsedUrl => ({ is: 'wrong', why })
  if (url === undefined || url.hostname === '') return wrong('must be a URL, such as https://vault.vault.svc:8200')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return wrong('must begin with https:// or http://')
  if (url.username !== '' || url.password !== '') return wrong('must not have a user name or password in it')
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return wrong('must end after the port')
  const secure = url.protocol === 'https:'
  return { is: 'url', url: { secure, host: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(text, url, secure) } }
}

/** URL drops a port that is the scheme's default, and that is not the same as none. */
function portOf(text: string, url: URL, secure: boolean): number {
  if (url.port !== '') return Number(url.port)
  const written = /^[a-z]+:\/\/(?:\[[^\]]*\]|[^/:]*):(\d+)/i.exec(text)
  if (written === null) return DEFAULT_PORT
  return secure ? 443 : 80
}

/** The name that a node's certificate has to carry. */
export function serverNameFor(
  vault: VaultUnsealerSpec['vault'],
  url: TargetUrl,
  pod: { readonly name: string; readonly namespace: string },
): string {
  return (vault.tlsServerName ?? url.host).replaceAll('{pod}', pod.name).replaceAll('{namespace}', pod.namespace)
}

/** Of an address outside of the cluster, HOST or HOST:PORT. */
export function parseAddress(text: string, port: number): { readonly host: string; readonly port: number } | undefined {
  const candidate = `x://${text.includes(':') && !text.includes('[') && text.split(':').length > 2 ? `[${text}]` : text}`
  if (!URL.canParse(candidate)) return undefined
  const url = new URL(candidate)
  if (url.hostname === '' || url.pathname.length > 1 || url.username !== '' || url.search !== '' || url.hash !== '') return undefined
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? port : Number(url.port) }
}

/** Whether a host is on a list of names and `*.domain`s. */
export function isAllowedHost(host: string, allowed: readonly string[]): boolean {
  const name = host.toLowerCase()
  return allowed.some((pattern) => {
    const wanted = pattern.toLowerCase()
    return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) && name.length > wanted.length - 1 : name === wanted
  })
}
