import type { ListMeta } from '@kubewright/core'
import { prepared, type StoredResource } from '../registry/resource.ts'
import type { Steps } from '../registry/steps.ts'
import { badRequest, expired } from '../status/index.ts'
import { CompactedError, type Entry, type Store } from '../storage/index.ts'
import { readContinueToken, writeContinueToken } from './continue-token.ts'
import type { ListOptions } from './options.ts'
import { refuseList, requestedRevision, requireReached } from './resource-version.ts'
import type { Selection } from './selection.ts'

export interface Page {
  readonly entries: readonly Entry[]
  readonly metadata: ListMeta
}

const CONTINUE_EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'
const LIST_EXPIRED = 'The resourceVersion for the provided list is too old.'

/** One page of a list. @throws Refusal 400, 410, 504 */
export function* listPage(
  store: Store,
  resource: StoredResource,
  namespace: string | undefined,
  options: ListOptions,
  selection: Selection,
): Steps<Page> {
  const prefix = namespace === undefined ? '' : `${namespace}/`
  const start = startOf(store, options)
  let candidates: readonly Entry[]
  try {
    const from = start.from === undefined ? {} : { from: prefix + start.from }
    candidates = store.list(resource.storage.table, { prefix, ...from, ...(start.at === undefined ? {} : { at: start.at }) })
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error
    throw start.from === undefined ? expired(LIST_EXPIRED) : continueExpired(start.from)
  }
  const revision = start.at ?? store.revision
  // To be selected by its fields an object must be in the form in which the client names them; otherwise only what is shown has to be.
  if (options.fieldSelector !== '') yield* preparedEntries(resource, candidates)
  const page = cut(candidates, revision, prefix, options, selection)
  yield* preparedEntries(resource, page.entries)
  return page
}

const preparedEntries = (resource: StoredResource, entries: readonly Entry[]): Steps<void> =>
  prepared(
    resource,
    entries.map(({ object }) => object),
    'served',
  )

interface Start {
  readonly from?: string
  /** Undefined: the newest state. */
  readonly at?: number
}

function startOf(store: Store, { continueToken, limit, resourceVersion, resourceVersionMatch }: ListOptions): Start {
  if (continueToken !== '') {
    if (resourceVersion !== '' && resourceVersion !== '0')
      throw badRequest('specifying resource version is not allowed when using continue')
    const { revision, start } = readContinueToken(continueToken)
    return revision < 0 ? { from: start } : { from: start, at: revision }
  }
  // A page of a list "at" a revision is exact even when that is not said: it was so before there was a way to say it.
  const isExact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === '' && limit > 0)
  const revision = requestedRevision(resourceVersion, refuseList)
  requireReached(resourceVersion, revision, store.revision)
  return isExact && revision !== undefined ? { at: revision } : {}
}

function cut(
  candidates: readonly Entry[],
  revision: number,
  prefix: string,
  { limit, labelSelector, fieldSelector }: ListOptions,
  selection: Selection,
): Page {
  const metadata = { resourceVersion: String(revision) }
  if (limit <= 0) return { entries: candidates.filter(({ object }) => selection(object)), metadata }
  const entries: Entry[] = []
  let index = 0
  while (index < candidates.length && entries.length < limit) {
    const entry = candidates[index++]!
    if (selection(entry.object)) entries.push(entry)
  }
  if (index >= candidates.length) return { entries, metadata }
  // The key after the last one: a NUL sorts before anything that could follow.
  const token = writeContinueToken({ revision, start: `${candidates[index - 1]!.key.slice(prefix.length)}\0` })
  const isCounted = labelSelector === '' && fieldSelector === ''
  return { entries, metadata: { ...metadata, continue: token, ...(isCounted ? { remainingItemCount: candidates.length - index } : {}) } }
}

/** The answer carries a token with which the rest can still be had, though not as of the first page. */
function continueExpired(start: string): Error {
  const refusal = expired(CONTINUE_EXPIRED)
  Object.assign(refusal.status, { metadata: { continue: writeContinueToken({ revision: -1, start }) } })
  return refusal
}
