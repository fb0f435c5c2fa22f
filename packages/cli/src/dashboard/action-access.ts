import { ACTIONS_TOKEN_HEADER } from '@kubewright/dashboard'
import type { Answering, HttpAnswer, HttpQuestion } from '@kubewright/runtime'
import { sameSecret } from './access.ts'

/**
 * Who may act: whoever sends the token of actions, from the page itself. A page of somebody else that a browser shows at the same time can send requests here,
 * but neither this header without asking first, which is not answered, nor under another origin than its own.
 */
export function guardedActions(pages: Answering, token: string | undefined): Answering {
  return async (url, question) => {
    if (question.method !== 'POST') return await pages(url, question)
    return refusal(question, token) ?? (await pages(url, question))
  }
}

function refusal({ headers }: HttpQuestion, token: string | undefined): HttpAnswer | undefined {
  if (token === undefined) return refuse(403, 'actions are off: give --dashboard-actions-token-file to allow them')
  if (!isOfOurs(headers)) return refuse(403, 'actions are for the page itself, and this comes from another one')
  const given = headers[ACTIONS_TOKEN_HEADER]
  if (typeof given === 'string' && sameSecret(given, token)) return undefined
  return refuse(401, `the token of --dashboard-actions-token-file is needed, in the header ${ACTIONS_TOKEN_HEADER}`)
}

/** Browsers name where a POST comes from; programs that are no browsers name nothing. */
function isOfOurs({ origin, host, 'sec-fetch-site': site }: HttpQuestion['headers']): boolean {
  if (site !== undefined && site !== 'same-origin') return false
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
}

const refuse = (status: number, message: string): HttpAnswer => ({
  status,
  contentType: 'application/json',
  body: `${JSON.stringify({ message })}\n`,
})
