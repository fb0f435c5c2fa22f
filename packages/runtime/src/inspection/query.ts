import { type Clock, isSelectorError, messageOf, parseDuration, parseLabelSelector } from '@kubewright/core'
import type { JournalQuery } from '../events/journal.ts'
import type { Selection } from './change-reader.ts'

/** A question that cannot be answered as it is put. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
}

/** @throws QueryError naming the parameter */
export function eventQuery(parameters: URLSearchParams, clock: Pick<Clock, 'now'>): JournalQuery {
  refuseUnknown(parameters, ['namespace', 'name', 'kind', 'type', 'reason', 'component', 'since', 'limit', 'statistics'])
  const text = (name: string) => parameters.get(name) ?? undefined
  const limit = text('limit')
  if (limit !== undefined && !/^[1-9]\d{0,4}$/.test(limit)) throw new QueryError(`limit "${limit}" is no number from 1 to 99999`)
  const since = text('since')
  return {
    namespace: text('namespace'),
    name: text('name'),
    kind: text('kind'),
    type: text('type'),
    reason: text('reason'),
    component: text('component'),
    since: since === undefined ? undefined : timeOf(since, clock.now()),
    ...(limit === undefined ? {} : { limit: Number(limit) }),
  }
}

/** @throws QueryError naming the parameter */
export function watchSelection(parameters: URLSearchParams): Selection {
  refuseUnknown(parameters, ['resource', 'namespace', 'name', 'labelSelector', 'lastEventId'])
  const labels = parameters.get('labelSelector')
  return {
    namespace: parameters.get('namespace') ?? undefined,
    name: parameters.get('name') ?? undefined,
    labels: labels === null ? undefined : selectorOf(labels),
  }
}

function selectorOf(text: string) {
  try {
    return parseLabelSelector(text)
  } catch (error) {
    if (isSelectorError(error)) throw new QueryError(`labelSelector: ${error.message}`)
    throw error
  }
}

/** RFC 3339, or a duration before now. */
function timeOf(text: string, now: number): number {
  if (/^\d{4}-/.test(text)) {
    const at = Date.parse(text)
    if (!Number.isNaN(at)) return at
  } else {
    try {
      return now - parseDuration(text)
    } catch (error) {
      throw new QueryError(`since: ${messageOf(error)}`)
    }
  }
  throw new QueryError(`since "${text}" is neither a time such as 2026-01-31T12:00:00Z nor a duration such as 15m`)
}

/** One that is misspelt would be an answer to another question. */
function refuseUnknown(parameters: URLSearchParams, known: readonly string[]): void {
  const unknown = [...parameters.keys()].find((name) => !known.includes(name))
  if (unknown !== undefined) throw new QueryError(`"${unknown}" is no parameter here; there are ${known.join(', ')}`)
}
