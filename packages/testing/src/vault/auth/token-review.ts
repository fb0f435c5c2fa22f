import { request as plainRequest } from 'node:http'
import { request } from 'node:https'
import type { ReviewedToken, TokenReview } from './kubernetes.ts'

interface ReviewAnswer {
  readonly status?: { readonly authenticated?: boolean; readonly user?: { readonly username?: string; readonly uid?: string } }
}

/** As Vault does it: TokenReview at the configured API server, with the reviewer's token or, without one, the token itself. */
export const reviewAtCluster: TokenReview = async (jwt, audiences, config) => {
  const url = new URL('/apis/authentication.k8s.io/v1/tokenreviews', config.host)
  const body = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: jwt, audiences } })
  const headers = { authorization: `Bearer ${config.reviewerJwt || jwt}`, 'content-type': 'application/json' }
  const answer = await new Promise<ReviewAnswer>((resolve, reject) => {
    const send = url.protocol === 'https:' ? request : plainRequest
    const call = send(url, { method: 'POST', headers, agent: false, ...(config.caCert !== '' && { ca: config.caCert }) }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () => {
        try {
          resolve(JSON.parse(Buffer.concat(pieces).toString('utf8')) as ReviewAnswer)
        } catch (error) {
          reject(error as Error)
        }
      })
    })
    call.on('error', reject)
    call.setTimeout(10_000, () => call.destroy(new Error('the API server does not answer')))
    call.end(body)
  })
  const { authenticated = false, user = {} } = answer.status ?? {}
  return { authenticated, ...user } satisfies ReviewedToken
}
