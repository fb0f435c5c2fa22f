import type { DynamicObject } from '@kubewright/core'
import type { StoredResource } from '../../registry/resource.ts'
import type { ServerAdmission, ServerWrite } from '../../registry/server-admission.ts'
import type { Draft } from '../../registry/strategy.ts'
import type { AdmissionPlugin } from './plugin.ts'

/** Plugins in their order. */
export class PluginChain implements ServerAdmission {
  private readonly plugins: readonly AdmissionPlugin[]
  private readonly byTable = new Map<string, readonly AdmissionPlugin[]>()

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.plugins = plugins
  }

  concerns(resource: StoredResource): boolean {
    return this.of(resource).length > 0
  }

  changes(resource: StoredResource): boolean {
    return this.of(resource).some(({ admit }) => admit !== undefined)
  }

  admit(write: ServerWrite, draft: Draft): void {
    for (const { admit } of this.of(write.resource)) admit?.(write, draft)
  }

  validate(write: ServerWrite, object: DynamicObject): void {
    for (const { validate } of this.of(write.resource)) validate?.(write, object)
  }

  charge(write: ServerWrite, object: DynamicObject): () => void {
    const settlements = this.of(write.resource).flatMap(({ charge }) => (charge === undefined ? [] : [charge(write, object)]))
    return () => {
      for (const settle of settlements) settle()
    }
  }

  private of({ storage: { table } }: StoredResource): readonly AdmissionPlugin[] {
    let found = this.byTable.get(table)
    if (found === undefined) {
      found = this.plugins.filter(({ tables }) => tables === undefined || tables.includes(table))
      this.byTable.set(table, found)
    }
    return found
  }
}
