import { ShareSet } from './share-set.ts'
import type { ShareSource, SourceFailure } from './source.ts'

export interface LoadedKeys {
  readonly set: ShareSet
  /** One source that fails does not hold up the others. */
  readonly problems: readonly { readonly why: SourceFailure; readonly message: string }[]
}

/** All shares of all sources, in their order. */
export async function loadKeys(sources: readonly ShareSource[], signal: AbortSignal): Promise<LoadedKeys> {
  const results = await Promise.all(sources.map((source) => source.load(signal)))
  const problems: LoadedKeys['problems'][number][] = []
  const shares: Buffer[] = []
  for (const result of results) {
    if (result.is === 'failed') problems.push({ why: result.why, message: result.message })
    else {
      shares.push(...result.shares)
      problems.push(...result.refused.map((message) => ({ why: 'Malformed' as const, message })))
    }
  }
  const set = new ShareSet(shares)
  for (const share of shares) share.fill(0)
  return { set, problems }
}
