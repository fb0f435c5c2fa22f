import { isIP } from 'node:net'
import { ConfigurationError } from '@kubewright/core'
import type { WebhookClientConfig } from './kinds.ts'

/** How the API server finds the program that serves the webhooks. */
export type Reach =
  | {
      /** A Service before all replicas. `port`: the Service's own. @default 443 */
      readonly service: { readonly name: string; readonly namespace: string; readonly port?: number }
    }
  | {
      /** Where it is reached without a Service: from a cluster to a developer's machine, or in tests. Port 0 stands for the one it listens on. */
      readonly url: string
    }

/** @throws ConfigurationError when it is no URL that the API server takes */
export function checkReach(reach: Reach): void {
  if ('service' in reach) return
  const problem = problemOf(reach.url)
  if (problem !== undefined) throw new ConfigurationError(`webhooks: the URL "${reach.url}" ${problem}: write https://HOST:PORT`)
}

function problemOf(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is malformed'
  const url = new URL(text)
  if (url.protocol !== 'https:') return 'is not https, and the API server calls nothing else'
  return url.search || url.hash || url.username ? 'has a query, a fragment or a user' : undefined
}

/** Names and addresses that the certificate must have. */
export function serverNames(reach: Reach): readonly string[] {
  if ('url' in reach) return [new URL(reach.url).hostname.replace(/^\[|\]$/g, '')]
  const { name, namespace } = reach.service
  // The first is the one that API servers ask for; the others are what people try by hand.
  return [`${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`, `${name}.${namespace}`, name].filter(
    (host) => isIP(host) === 0,
  )
}

/** `port`: where the program listens. `path`: begins with a slash. */
export function clientConfig(
  reach: Reach,
  path: string,
  { port, caBundle }: { readonly port?: number | undefined; readonly caBundle: string | undefined },
): WebhookClientConfig {
  return { ...addressOf(reach, path, port), ...(caBundle !== undefined && { caBundle: Buffer.from(caBundle).toString('base64') }) }
}

function addressOf(reach: Reach, path: string, port: number | undefined): WebhookClientConfig {
  if ('service' in reach) {
    const { name, namespace, port: exposed = 443 } = reach.service
    return { service: { name, namespace, path, port: exposed } }
  }
  const url = new URL(reach.url)
  if (url.port === '0') url.port = String(port ?? 0)
  url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`
  return { url: url.href }
}
