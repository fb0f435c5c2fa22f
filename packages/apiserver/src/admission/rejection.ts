import type { StatusDetails } from '@kubewright/core'
import { badRequest, internalError, Refusal } from '../status/index.ts'

/** What the client is told when a webhook says no: its own words, with its name before them. */
export function rejection(webhook: string, status: Readonly<Record<string, unknown>> = {}): Refusal {
  const { code, message, reason, details } = status
  const denied = `admission webhook ${JSON.stringify(webhook)} denied the request`
  const text = message ? `${denied}: ${String(message)}` : reason ? `${denied}: ${String(reason)}` : `${denied} without explanation`
  return new Refusal(
    // A webhook's "no" must not look like a "yes".
    typeof code === 'number' && code >= 400 ? code : 400,
    typeof reason === 'string' && reason !== '' ? reason : undefined,
    text,
    details === undefined || details === null ? undefined : (details as StatusDetails),
  )
}

export const callFailed = (webhook: string, why: string): Refusal =>
  internalError(`failed calling webhook ${JSON.stringify(webhook)}: ${why}`)

export const noDryRun = (webhook: string): Refusal => badRequest(`admission webhook ${JSON.stringify(webhook)} does not support dry run`)
