import { ConfigurationError } from '@kubewright/core'

/** Where something listens. */
export interface BindAddress {
  /** `undefined`: every address of the machine. */
  readonly host: string | undefined
  readonly port: number
}

/** Where to listen: `:8080` (everywhere), `127.0.0.1:0` (a free port), `[::1]:8080`; `0` is not at all. @throws ConfigurationError */
export function parseBindAddress(flag: string, text: string): BindAddress | undefined {
  if (text === '0' || text === '') return undefined
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65_535) {
    throw new ConfigurationError(
      `${flag} "${text}" is no address: write ":8080", "127.0.0.1:8080" or "[::1]:8080", or "0" to switch it off`,
    )
  }
  return { host: match[1] || match[2] || undefined, port }
}

/** Whether a host is this machine's own, which nobody else reaches. */
export function isLocal(host: string | undefined): boolean {
  return host !== undefined && /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)
}
