import { request } from 'node:https'
import type { TLSSocket } from 'node:tls'

export interface Scraped {
  readonly status: number
  readonly body: string
  /** The common name of the certificate that was shown. */
  readonly certificate: string
}

/** One GET over a connection of its own. Without a `ca` any certificate is taken, as a scraper with `insecure_skip_verify` does. */
export function scrape(
  address: string,
  path: string,
  given: { readonly token?: string | undefined; readonly ca?: string },
): Promise<Scraped> {
  const { token, ca } = given
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return new Promise((resolve, reject) => {
    const trust = ca === undefined ? { rejectUnauthorized: false } : { ca }
    const asked = request(`https://${address}${path}`, { ...trust, headers, agent: false })
    asked.once('error', reject)
    asked.once('response', (response) => {
      const certificate = String((response.socket as TLSSocket).getPeerCertificate().subject.CN)
      response
        .toArray()
        .then((parts) => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString(), certificate }), reject)
    })
    asked.end()
  })
}
