import { isLocal } from './bind-address.ts'
import type { Answering } from './http-server.ts'

/** A web page that a person of this machine looks at must not read it under a name of its own that leads here (DNS rebinding). */
export function forThisMachine(pages: Answering): Answering {
  return async (url, question) => {
    const host = question.headers.host ?? ''
    if (isLocal(host.replace(/:\d+$/, ''))) return await pages(url, question)
    return { status: 421, body: `this is for this machine alone, and not "${host}"\n` }
  }
}
