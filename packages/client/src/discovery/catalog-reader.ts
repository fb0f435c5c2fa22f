import { isApiError, isNotFound, messageOf } from '@kubewright/core'
import { type Answer, type ApiRequest, firstHeader } from '../transport/request.ts'
import { jsonOf, type Transport } from '../transport/transport.ts'
import { AGGREGATED_ACCEPT, isAggregated, readAggregated } from './aggregated.ts'
import type { Catalog, GroupVersion } from './group-version.ts'
import { type LegacyGroups, type LegacyResources, type LegacyVersions, legacyGroupVersions, readLegacy } from './legacy.ts'

type Root = '/api' | '/apis'

/** Reads what a server serves: two requests to a server of our days, one per group version more to an old one. */
export interface CatalogReader {
  read(): Promise<Catalog>
}

export function createCatalogReader(transport: Pick<Transport, 'send'>): CatalogReader {
  // The server sends an ETag with the aggregated form: an unchanged catalog (about 100 KB) costs an empty 304.
  const remembered = new Map<Root, { readonly etag: string; readonly catalog: Catalog }>()

  const readRoot = async (root: Root): Promise<Catalog> => {
    const known = remembered.get(root)
    const request: ApiRequest = {
      verb: 'get',
      method: 'GET',
      path: root,
      accept: AGGREGATED_ACCEPT,
      ...(known && { headers: { 'if-none-match': known.etag } }),
    }
    let answer: Answer
    try {
      answer = await transport.send(request)
    } catch (error) {
      // A server of custom resources alone may lack the core group, and the other way round.
      if (isNotFound(error)) return []
      throw error
    }
    if (answer.code === 304 && known) return known.catalog
    const body = jsonOf<unknown>(answer, `GET ${root}`)
    if (!isAggregated(body)) return readLegacyRoot(root, body as LegacyVersions & LegacyGroups)
    const catalog = readAggregated(body)
    const etag = firstHeader(answer.headers, 'etag')
    if (etag !== undefined) remembered.set(root, { etag, catalog })
    return catalog
  }

  const readLegacyRoot = (root: Root, body: LegacyVersions & LegacyGroups): Promise<Catalog> => {
    const parts = root === '/api' ? (body.versions ?? []).map((version) => ({ group: '', version })) : legacyGroupVersions(body)
    return Promise.all(parts.map(({ group, version }) => readLegacyPart(group, version)))
  }

  const readLegacyPart = async (group: string, version: string): Promise<GroupVersion> => {
    const path = group === '' ? `/api/${encodeURIComponent(version)}` : `/apis/${encodeURIComponent(group)}/${encodeURIComponent(version)}`
    try {
      const answer = await transport.send({ verb: 'get', method: 'GET', path })
      return { group, version, resources: readLegacy(jsonOf<LegacyResources>(answer, `GET ${path}`)) }
    } catch (error) {
      // One group that fails is its own problem; a server that cannot be reached, or knows us not, is everybody's.
      if (!isApiError(error) || error.code === 401) throw error
      return { group, version, resources: [], failure: messageOf(error) }
    }
  }

  return {
    async read() {
      const [core, groups] = await Promise.all([readRoot('/api'), readRoot('/apis')])
      return [...core, ...groups]
    },
  }
}
