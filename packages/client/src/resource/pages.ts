import { isGone, type KubeList, type KubeObject, objectKey } from '@kubewright/core'
import type { ListOptions } from '../contract.ts'

/** client-go's page: about a megabyte of typical objects, 20 ms of parsing. */
const PAGE = 500

/**
 * Every object of a list, page by page. When the server has forgotten the list between two pages (410, after about five minutes), it is read
 * once more as a whole; what was handed out already is not handed out again.
 */
export async function* eachItem<T extends KubeObject>(
  list: (options: ListOptions) => Promise<KubeList<T>>,
  options: ListOptions,
): AsyncGenerator<T, void> {
  const limit = options.limit ?? PAGE
  const seen = new Set<string>()
  let page = await list({ ...options, limit })
  while (true) {
    const next = page.metadata.continue
    for (const item of page.items) {
      if (next || seen.size > 0) seen.add(objectKey(item))
      yield item
    }
    if (!next) return
    try {
      // The token carries the resource version; to send one beside it is a 400.
      page = await list({ ...without(options), limit, continue: next })
    } catch (error) {
      if (!isGone(error)) throw error
      break
    }
  }
  const { items } = await list(without(options))
  for (const item of items) {
    if (!seen.has(objectKey(item))) yield item
  }
}

/** The selection without paging and resource version. */
function without(options: ListOptions): ListOptions {
  const { limit: _limit, continue: _continue, resourceVersion: _version, resourceVersionMatch: _match, ...selection } = options
  return selection
}
