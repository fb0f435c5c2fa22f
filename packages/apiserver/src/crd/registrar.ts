import { deepEqual } from '@kubewright/core'
import type { Catalog } from '../registry/catalog.ts'
import type { Objects } from '../registry/objects.ts'
import type { StoredResource } from '../registry/resource.ts'
import type { Change } from '../storage/index.ts'
import type { ConversionContext } from './conversion/webhook-conversion.ts'
import { customResources } from './custom-resources.ts'
import type { CustomResourceDefinition } from './definition.ts'
import { establishedStatus, isEstablished } from './names.ts'

export const DEFINITIONS_TABLE = 'apiextensions.k8s.io/customresourcedefinitions'

/**
 * Serves what definitions define: follows the log, settles their names, and keeps the catalog in step. It works within the write itself, so
 * that a client which was told "created" can use the new kind with its next request (a real server takes up to some seconds).
 */
export class Registrar {
  private readonly served = new Map<string, readonly StoredResource[]>()
  private readonly specs = new Map<string, { readonly spec: CustomResourceDefinition['spec']; readonly since: number }>()
  private readonly objects: Objects
  private readonly catalog: Catalog
  private readonly conversions: ConversionContext
  private readonly onWithdrawn: (tables: ReadonlySet<string>) => void

  /** `onWithdrawn` hears of tables whose resources are gone or have become others, so that their watches can end. */
  constructor(objects: Objects, catalog: Catalog, conversions: ConversionContext, onWithdrawn: (tables: ReadonlySet<string>) => void) {
    this.objects = objects
    this.catalog = catalog
    this.conversions = conversions
    this.onWithdrawn = onWithdrawn
  }

  start(): () => void {
    return this.objects.store.subscribe((change) => this.follow(change), DEFINITIONS_TABLE)
  }

  private follow({ type, current }: Change): void {
    const crd = current.object as unknown as CustomResourceDefinition
    const name = crd.metadata.name ?? ''
    if (type === 'delete') {
      this.withdraw(name)
      return
    }
    if (this.settle(crd)) return
    this.publish(name, isEstablished(crd) ? customResources(crd, this.conversions, this.since(crd)) : [])
  }

  /** The revision in which the definition became what it is. */
  private since({ metadata, spec }: CustomResourceDefinition): number {
    const known = this.specs.get(metadata.name ?? '')
    if (known !== undefined && deepEqual(known.spec, spec)) return known.since
    const since = Number(metadata.resourceVersion)
    this.specs.set(metadata.name ?? '', { spec, since })
    return since
  }

  /** True when it wrote a new status: the change of that write goes on from there. */
  private settle(crd: CustomResourceDefinition): boolean {
    const { store } = this.objects
    const entry = store.get(DEFINITIONS_TABLE, crd.metadata.name ?? '')
    // Somebody has written in the meantime, and that change is still to come.
    if (entry?.object.metadata.resourceVersion !== crd.metadata.resourceVersion) return true
    const others = store.list(DEFINITIONS_TABLE).map(({ object }) => object as unknown as CustomResourceDefinition)
    const status = establishedStatus(crd, others, this.objects.context.now)
    if (deepEqual(status, crd.status)) return false
    store.replace(DEFINITIONS_TABLE, entry!, { ...entry!.object, status })
    return true
  }

  private publish(name: string, resources: readonly StoredResource[]): void {
    this.catalog.remove(this.served.get(name) ?? [])
    this.served.set(name, resources)
    this.catalog.add(...resources)
  }

  private withdraw(name: string): void {
    const resources = this.served.get(name) ?? []
    this.catalog.remove(resources)
    this.served.delete(name)
    this.specs.delete(name)
    this.onWithdrawn(new Set(resources.map(({ storage }) => storage.table)))
  }
}
