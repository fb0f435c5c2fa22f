import { createHash } from 'node:crypto'
import type { Catalog } from '../registry/catalog.ts'
import type { Answer, ApiRequest } from './exchange.ts'

/** Bodies that derive from the catalog: made once for each of its generations, and not sent to a client that has them. */
export class Revalidated {
  private readonly catalog: Catalog
  private generation = -1
  private readonly bodies = new Map<string, { readonly body: string | Buffer; readonly etag: string }>()

  constructor(catalog: Catalog) {
    this.catalog = catalog
  }

  answer(request: ApiRequest, key: string, type: string, make: () => object | Buffer): Answer {
    if (this.generation !== this.catalog.generation) this.bodies.clear()
    this.generation = this.catalog.generation
    let cached = this.bodies.get(key)
    if (cached === undefined) {
      const made = make()
      const body = Buffer.isBuffer(made) ? made : JSON.stringify(made)
      cached = { body, etag: `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"` }
      this.bodies.set(key, cached)
    }
    const headers = { etag: cached.etag, vary: 'Accept' }
    if (request.headers['if-none-match'] === cached.etag) return { code: 304, headers, body: '' }
    return { code: 200, headers: { ...headers, 'content-type': type }, body: cached.body }
  }
}
