import { parseDuration } from '@kubewright/core'
import { badRequest } from '../status/index.ts'
import type { ApiRequest } from './exchange.ts'

/**
 * `timeout` says how long the client would wait. What this server is asked it answers at once or, where webhooks have a say, within their own
 * time, so that the parameter has only to be one. @throws Refusal 400
 */
export function requireTimeout({ query }: ApiRequest): void {
  const timeout = query.get('timeout')
  if (timeout === null || timeout === '') return
  try {
    parseDuration(timeout)
  } catch {
    // What is wrong is told in the real server's words, not in ours.
    throw badRequest(`invalid timeout specified in the request URL - time: ${problemOf(timeout)}`)
  }
}

/** Go's words. */
function problemOf(timeout: string): string {
  const quoted = JSON.stringify(timeout)
  if (/^[-+]?[\d.]*\d[\d.]*$/.test(timeout)) return `missing unit in duration ${quoted}`
  const [, unit] = /^[-+]?(?:[\d.]+(?:ns|us|µs|μs|ms|s|m|h))*[\d.]*\d\.?([^\d.]+)/.exec(timeout) ?? []
  return unit === undefined ? `invalid duration ${quoted}` : `unknown unit ${JSON.stringify(unit)} in duration ${quoted}`
}
