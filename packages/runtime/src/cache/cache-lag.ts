import { describeKind, formatDuration, objectKey } from '@kubewright/core'
import type { Informer } from './informer.ts'
import type { Written } from './written-versions.ts'

/** A read would have answered with a state from before this program's own write. */
export class CacheLagError extends Error {
  override readonly name = 'CacheLagError'
}

/** Whether a read of the cache was given up, because it does not show the program's own write yet. */
export const isCacheLag = (error: unknown): error is CacheLagError => error instanceof Error && error.name === 'CacheLagError'

/** `waited` in ms. */
export function cacheLag(informer: Pick<Informer<never>, 'type' | 'state'>, { object, deleted }: Written, waited: number): CacheLagError {
  const { resourceVersion } = object.metadata
  const version = resourceVersion === undefined ? '' : ` (resourceVersion ${resourceVersion})`
  const what = deleted ? 'deletion' : 'write'
  const at = informer.state.watches.map((watch) => watch.resourceVersion ?? 'no list yet').join(', ')
  return new CacheLagError(
    `cache: for ${formatDuration(waited)} the watch of ${describeKind(informer.type)} has not shown this program's own ${what} of ` +
      `${objectKey(object)}${version}: it is at ${at}. Look at kubewright_watch_silence_seconds; a read with "consistent: false" takes what there is`,
  )
}
