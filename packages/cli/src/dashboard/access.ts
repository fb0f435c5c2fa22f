import { createHash, timingSafeEqual } from 'node:crypto'
import { type Answering, forThisMachine } from '@kubewright/runtime'

/**
 * Who may look. On an address of this machine: whoever is on this machine, by its own name. With a token: whoever sends it, as a bearer token or as the
 * password that a browser asks for.
 */
export function guarded(
  pages: Answering,
  { isLocal, token }: { readonly isLocal: boolean; readonly token: string | undefined },
): Answering {
  const answering = token === undefined ? pages : withToken(pages, token)
  return isLocal ? forThisMachine(answering) : answering
}

function withToken(pages: Answering, token: string): Answering {
  return async (url, question) => {
    const given = tokenIn(question.headers.authorization)
    if (given !== undefined && sameSecret(given, token)) return await pages(url, question)
    const headers = { 'www-authenticate': 'Basic realm="Kubewright dashboard", charset="UTF-8"' }
    return {
      status: 401,
      body: 'the token of --dashboard-token-file is needed: as the password, with any user name, or as a bearer token\n',
      headers,
    }
  }
}

function tokenIn(header: string | undefined): string | undefined {
  const [, scheme = '', credentials = ''] = /^(\S+)\s+(\S+)$/.exec(header ?? '') ?? []
  if (scheme.toLowerCase() === 'bearer') return credentials
  if (scheme.toLowerCase() !== 'basic') return undefined
  const pair = Buffer.from(credentials, 'base64').toString()
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : undefined
}

/** In a time that tells nothing of how much of it is right. */
export const sameSecret = (given: string, wanted: string): boolean => timingSafeEqual(digest(given), digest(wanted))

/** Of equal length whatever is sent. */
const digest = (text: string) => createHash('sha256').update(text).digest()
