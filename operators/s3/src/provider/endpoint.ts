import { isIP } from 'node:net'

/** Where clouds serve the credentials of a machine: no server of S3 is there. */
const NEVER = [/^169\.254\./, /^\[?fe80:/i, /^\[?fd00:ec2:/i, /^metadata\.google\.internal$/i]

/** Why an endpoint may not be used; `undefined`: it may. @param allowed hosts, `*.DOMAIN`, or `*` */
export function endpointRefusal(endpoint: string, allowed: readonly string[]): string | undefined {
  const { hostname } = new URL(endpoint)
  if (allowed.includes(hostname)) return undefined
  if (NEVER.some((pattern) => pattern.test(hostname))) return `${hostname} is an address of the machine's own, and never of a server of S3`
  const fits = allowed.some(
    (pattern) => pattern === '*' || (pattern.startsWith('*.') && isIP(hostname) === 0 && hostname.endsWith(pattern.slice(1))),
  )
  return fits ? undefined : `${hostname} is not among the hosts that this operator may use (--s3-allowed-endpoints)`
}
