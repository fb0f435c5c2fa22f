import { ApiError, type Clock, describeKind } from '@kubewright/core'
import type { ApiResource, Discovery } from '../contract.ts'
import { untilAborted } from '../until-aborted.ts'
import type { CatalogReader } from './catalog-reader.ts'
import { type Catalog, failureOf, findKind, servedVersions, withRemembered } from './group-version.ts'

/** A controller that waits for its CRD asks all the time; the server is asked this often at most. client-go's deferred mapper has no limit and storms. */
const SHORTEST_INTERVAL = 10_000

export interface ServerDiscovery extends Discovery {
  /** The versions in which a kind is served, as of the last look; for messages. */
  versionsOf(kind: { readonly group: string; readonly kind: string }): readonly string[]
}

/** What the server serves: read at the first question, again when something is unknown, by one request at a time however many ask. */
export function createDiscovery(reader: CatalogReader, clock: Clock): ServerDiscovery {
  let catalog: Catalog = []
  let readAt: number | undefined
  let reading: Promise<Catalog> | undefined
  let generation = 0

  const refresh = () => {
    reading ??= read()
    return reading
  }
  const read = async () => {
    const started = generation
    try {
      catalog = withRemembered(await reader.read(), catalog)
      // An invalidation that came while the answer was on its way may be about something newer than the answer.
      if (started === generation) readAt = clock.monotonic()
      return catalog
    } finally {
      reading = undefined
    }
  }
  const known = (signal: AbortSignal | undefined) => (readAt === undefined ? untilAborted(refresh(), signal) : Promise.resolve(catalog))

  return {
    async find(kind, { signal } = {}): Promise<ApiResource | undefined> {
      signal?.throwIfAborted()
      let found = findKind(await known(signal), kind)
      if (found === undefined && readAt !== undefined && clock.monotonic() - readAt >= SHORTEST_INTERVAL) {
        found = findKind(await untilAborted(refresh(), signal), kind)
      }
      if (found !== undefined) return found
      const failure = failureOf(catalog, kind)
      if (failure === undefined) return undefined
      // "Not served" would be a lie: nobody can tell at the moment.
      const name = describeKind({ group: kind.group, version: kind.version ?? '*', kind: kind.kind })
      throw new ApiError(
        {
          code: 503,
          reason: 'ServiceUnavailable',
          message: `whether the server serves ${name} is unknown, as the discovery of its group fails: ${failure}`,
        },
        { request: 'discovery' },
      )
    },
    async all({ signal } = {}) {
      signal?.throwIfAborted()
      return (await known(signal)).flatMap((part) => part.resources)
    },
    failures: () => catalog.flatMap(({ group, version, failure }) => (failure === undefined ? [] : [{ group, version, message: failure }])),
    versionsOf: (kind) => servedVersions(catalog, kind),
    invalidate() {
      generation++
      readAt = undefined
    },
  }
}
