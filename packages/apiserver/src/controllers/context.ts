import type { Clock, DynamicObject } from '@kubewright/core'
import type { Catalog } from '../registry/catalog.ts'
import type { Objects } from '../registry/objects.ts'
import { asStored, type StoredResource } from '../registry/resource.ts'
import type { Target } from '../registry/target.ts'

/** What the server's own controllers work with. */
export interface ControllerContext {
  readonly objects: Objects
  readonly catalog: Catalog
  readonly clock: Clock
  readonly log: (line: string) => void
}

export interface Controller {
  stop(): void
}

export const NAMESPACES_TABLE = '/namespaces'

/** Finds resources by table; as quick as a map, and never out of date. */
export class Tables {
  private readonly catalog: Catalog
  private generation = -1
  private byTable: ReadonlyMap<string, StoredResource> = new Map()

  constructor(catalog: Catalog) {
    this.catalog = catalog
  }

  find(table: string): StoredResource | undefined {
    return this.all().get(table)
  }

  all(): ReadonlyMap<string, StoredResource> {
    if (this.generation !== this.catalog.generation) {
      this.generation = this.catalog.generation
      this.byTable = new Map(this.catalog.tables().map((resource) => [resource.storage.table, asStored(resource)]))
    }
    return this.byTable
  }
}

export const targetOfObject = ({ metadata }: DynamicObject): Target => ({ namespace: metadata.namespace, name: metadata.name ?? '' })
