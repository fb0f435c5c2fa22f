import { createHash } from 'node:crypto'
import { apiVersionOf } from '@kubewright/core'
import type { GroupVersionResources } from './group-version.ts'

/** Part of every hash: to be raised when the documents of the same resources come out differently. */
const GENERATION = 'kubewright-1'

export interface OpenApiIndex {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>
}

/** Answer of `/openapi/v3`. Clients keep a document for as long as its URL, hash and all, stays the same. */
export function openApiIndex(groupVersions: readonly GroupVersionResources[]): OpenApiIndex {
  const entries = groupVersions.map((each) => {
    const path = `${each.group === '' ? 'api' : 'apis'}/${apiVersionOf(each)}`
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${openApiHash(each)}` }] as const
  })
  return { paths: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) }
}

/** The hash of a group-version's document, from what it is made of, so that nothing is built for it. */
export function openApiHash(groupVersion: GroupVersionResources): string {
  return createHash('sha256')
    .update(JSON.stringify([GENERATION, groupVersion]))
    .digest('hex')
    .toUpperCase()
}
