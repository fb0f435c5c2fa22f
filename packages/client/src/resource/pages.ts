import { isGone, type KubeObject, type ListMeta, objectKey } from '@kubewright/core'
import type { ListOptions, ListPart } from '../contract.ts'

/** client-go's page: about a megabyte of typical objects, 20 ms of parsing. */
const PAGE = 500

/**
 * Every object of a list, page by page, each as it comes. When the server has forgotten the list between two pages (410, after about five
 * minutes), it is read once more as a whole; what was handed out already is not handed out again.
 */
export async function* eachItem<T extends KubeObject>(
  read: (options: ListOptions) => AsyncIterable<ListPart<T>>,
  options: ListOptions,
): AsyncGenerator<T, void> {
  const limit = options.limit ?? PAGE
  const seen = new Set<string>()
  const first: ListOptions = { ...options, limit }
  let page = first
  while (true) {
    let metadata: ListMeta = {}
    try {
      for await (const part of read(page)) {
        if (part.type === 'END') metadata = part.metadata
        else {
          seen.add(objectKey(part.object))
          yield part.object
        }
      }
    } catch (error) {
      // A 410 is the answer to a request, so nothing of that page was handed out; to the first one no token was too old.
      if (!isGone(error) || page === first) throw error
      break
    }
    if (!metadata.continue) return
    // The token carries the resource version; to send one beside it is a 400.
    page = { ...withoutPaging(options), limit, continue: metadata.continue }
  }
  for await (const part of read(withoutPaging(options))) {
    if (part.type === 'ITEM' && !seen.has(objectKey(part.object))) yield part.object
  }
}

/** The selection without paging and resource version. */
function withoutPaging(options: ListOptions): ListOptions {
  const { limit: _limit, continue: _continue, resourceVersion: _version, resourceVersionMatch: _match, ...selection } = options
  return selection
}
