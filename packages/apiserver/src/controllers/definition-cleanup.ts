import { type Condition, type DynamicObject, setCondition, withoutFinalizer } from '@kubewright/core'
import { CLEANUP_FINALIZER, type CustomResourceDefinition } from '../crd/definition.ts'
import { DEFINITIONS_TABLE } from '../crd/registrar.ts'
import { type Fields, fieldsAt } from '../registry/fields.ts'
import { removeContent } from './content.ts'
import { type Controller, type ControllerContext, Tables } from './context.ts'
import { WorkLoop } from './work-loop.ts'

/** Deletes the objects of a definition that is to go, and lets go of it when none is left. */
export class DefinitionCleanup implements Controller {
  private readonly context: ControllerContext
  private readonly tables: Tables
  private readonly loop: WorkLoop
  private readonly unsubscribe: () => void

  constructor(context: ControllerContext) {
    this.context = context
    this.tables = new Tables(context.catalog)
    this.loop = new WorkLoop({ clock: context.clock, log: context.log, name: 'definition cleanup', work: (name) => this.cleanUp(name) })
    this.unsubscribe = context.objects.store.subscribe(({ type, resource, current }) => {
      if (resource === DEFINITIONS_TABLE) {
        if (type === 'put' && current.object.metadata.deletionTimestamp !== undefined) this.loop.add(current.key)
      } else if (type === 'delete') {
        const crd = this.tables.find(resource)?.custom
        if (crd?.terminating) this.loop.add(crd.crd)
      }
    })
  }

  stop(): void {
    this.unsubscribe()
    this.loop.stop()
  }

  private inProgress(crd: DynamicObject): DynamicObject {
    const status = fieldsAt({ ...crd } as Fields, 'status')
    const condition = {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionInProgress',
      message: 'CustomResource deletion is in progress',
    } as const
    const conditions = setCondition((status['conditions'] ?? []) as readonly Condition[], condition, this.context.clock.now())
    return { ...crd, status: { ...status, conditions } }
  }

  private cleanUp(name: string): void {
    const { objects } = this.context
    const entry = objects.store.get(DEFINITIONS_TABLE, name)
    const definitions = this.tables.find(DEFINITIONS_TABLE)
    if (entry === undefined || definitions === undefined || entry.object.metadata.deletionTimestamp === undefined) return
    const { group, names } = (entry.object as unknown as CustomResourceDefinition).spec
    const table = `${group}/${names.plural}`
    const resource = this.tables.find(table)
    if (resource !== undefined) removeContent(objects, resource, objects.store.list(table))
    if (objects.store.count(table) > 0) {
      objects.update(definitions, { namespace: undefined, name }, (crd) => this.inProgress(crd), {
        subresource: 'status',
        unconditional: true,
      })
      return
    }
    objects.update(definitions, { namespace: undefined, name }, (crd) => withoutFinalizer(crd, CLEANUP_FINALIZER), { unconditional: true })
  }
}
