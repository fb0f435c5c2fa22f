import { type Condition, type DynamicObject, setCondition } from '@kubewright/core'
import { type Fields, fieldsAt } from '../registry/fields.ts'
import type { StoredResource } from '../registry/resource.ts'
import { removeContent } from './content.ts'
import { type Controller, type ControllerContext, NAMESPACES_TABLE, Tables } from './context.ts'
import { WorkLoop } from './work-loop.ts'

/** The finalizer in `spec` that holds a namespace until it is empty. */
const CONTENT = 'kubernetes'

/** Empties namespaces that are to go, and lets go of them when nothing is left. */
export class NamespaceController implements Controller {
  private readonly context: ControllerContext
  private readonly tables: Tables
  private readonly loop: WorkLoop
  private readonly unsubscribe: () => void

  constructor(context: ControllerContext) {
    this.context = context
    this.tables = new Tables(context.catalog)
    this.loop = new WorkLoop({ clock: context.clock, log: context.log, name: 'namespace controller', work: (name) => this.empty(name) })
    this.unsubscribe = context.objects.store.subscribe(({ type, resource, current }) => {
      const { name = '', namespace } = current.object.metadata
      if (resource === NAMESPACES_TABLE) {
        if (type === 'put' && isTerminating(current.object)) this.loop.add(name)
      } else if (type === 'delete' && namespace !== undefined && this.isGoing(namespace)) this.loop.add(namespace)
    })
  }

  stop(): void {
    this.unsubscribe()
    this.loop.stop()
  }

  private isGoing(name: string): boolean {
    const entry = this.context.objects.store.get(NAMESPACES_TABLE, name)
    return entry !== undefined && isTerminating(entry.object)
  }

  private empty(name: string): void {
    const { objects } = this.context
    const entry = objects.store.get(NAMESPACES_TABLE, name)
    const namespaces = this.tables.find(NAMESPACES_TABLE)
    if (entry === undefined || namespaces === undefined || !isTerminating(entry.object)) return
    for (const [table, resource] of this.tables.all())
      if (resource.namespaced)
        removeContent(objects, resource, objects.store.list(table, { prefix: `${name}/` }), { propagationPolicy: 'Background' })
    const left = [...this.tables.all().values()].flatMap((resource) =>
      resource.namespaced
        ? objects.store.list(resource.storage.table, { prefix: `${name}/` }).map(({ object }) => ({ resource, object }))
        : [],
    )
    const target = { namespace: undefined, name }
    if (left.length === 0) objects.update(namespaces, target, withoutContentFinalizer, { subresource: 'finalize', unconditional: true })
    else
      objects.update(namespaces, target, (namespace) => this.withConditions(namespace, left), {
        subresource: 'status',
        unconditional: true,
      })
  }

  /** Says what the namespace waits for, in the words that kubectl users know. */
  private withConditions(
    namespace: DynamicObject,
    left: readonly { readonly resource: StoredResource; readonly object: DynamicObject }[],
  ): DynamicObject {
    const kinds = [...Map.groupBy(left, ({ resource }) => nameOf(resource))].map(
      ([name, all]) => `${name} has ${all.length} resource instances`,
    )
    const finalizers = Map.groupBy(
      left.flatMap(({ object }) => object.metadata.finalizers ?? []),
      (finalizer) => finalizer,
    )
    const held = [...finalizers].map(([finalizer, all]) => `${finalizer} in ${all.length} resource instances`)
    const remaining = {
      type: 'NamespaceContentRemaining',
      reason: 'SomeResourcesRemain',
      message: `Some resources are remaining: ${kinds.join(', ')}`,
    }
    const waiting = {
      type: 'NamespaceFinalizersRemaining',
      reason: 'SomeFinalizersRemain',
      message: `Some content in the namespace has finalizers remaining: ${held.join(', ')}`,
    }
    const none = { type: waiting.type, reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' }
    const now = this.context.clock.now()
    const status = fieldsAt({ ...namespace } as Fields, 'status')
    const before = (status['conditions'] ?? []) as readonly Condition[]
    const after = setCondition(
      setCondition(before, { ...remaining, status: 'True' }, now),
      held.length > 0 ? { ...waiting, status: 'True' } : { ...none, status: 'False' },
      now,
    )
    return { ...namespace, status: { ...status, conditions: after } }
  }
}

const nameOf = ({ group, plural }: StoredResource): string => (group === '' ? `${plural}.` : `${plural}.${group}`)

const isTerminating = (namespace: DynamicObject): boolean =>
  (namespace['status'] as { readonly phase?: string } | undefined)?.phase === 'Terminating'

function withoutContentFinalizer(namespace: DynamicObject): DynamicObject {
  const spec = (namespace['spec'] ?? {}) as { readonly finalizers?: readonly string[] }
  return { ...namespace, spec: { ...spec, finalizers: (spec.finalizers ?? []).filter((finalizer) => finalizer !== CONTENT) } }
}
