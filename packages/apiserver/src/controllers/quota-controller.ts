import { type DynamicObject, deepEqual } from '@kubewright/core'
import { type Amounts, plus } from '../admission/plugins/pod-resources.ts'
import type { Evaluator } from '../admission/plugins/quota/evaluator.ts'
import { evaluatorOf } from '../admission/plugins/quota/evaluators.ts'
import { isInScopes, listed, masked, QUOTAS_TABLE, wantedOf } from '../admission/plugins/quota/quota.ts'
import { isRefusal } from '../registry/removal.ts'
import type { StoredResource } from '../registry/resource.ts'
import { type Controller, type ControllerContext, Tables, targetOfObject } from './context.ts'
import { WorkLoop } from './work-loop.ts'

/** Of these an update may free what they used. */
const CHANGING = new Set(['/pods', '/services', '/persistentvolumeclaims', QUOTAS_TABLE])

/** Counts what is used up of each ResourceQuota: when it changes, and when something in its namespace goes or ends. */
export class QuotaController implements Controller {
  private readonly context: ControllerContext
  private readonly tables: Tables
  private readonly loop: WorkLoop
  private readonly unsubscribe: () => void
  /** Namespaces with quotas: what happens elsewhere is nobody's business. */
  private readonly limited = new Set<string>()

  constructor(context: ControllerContext) {
    this.context = context
    this.tables = new Tables(context.catalog)
    const { clock, log, objects } = context
    this.loop = new WorkLoop({ clock, log, name: 'resource quotas', work: (namespace) => this.count(namespace) })
    this.unsubscribe = objects.store.subscribe(({ type, resource, current }) => {
      const { namespace } = current.object.metadata
      if (namespace === undefined) return
      if (resource === QUOTAS_TABLE) this.limited.add(namespace)
      if (this.limited.has(namespace) && (type === 'delete' || CHANGING.has(resource))) this.loop.add(namespace)
    })
    for (const { object } of objects.store.list(QUOTAS_TABLE)) {
      const { namespace = '' } = object.metadata
      this.limited.add(namespace)
      this.loop.add(namespace)
    }
  }

  stop(): void {
    this.unsubscribe()
    this.loop.stop()
  }

  private count(namespace: string): void {
    const { store } = this.context.objects
    const quotas = store.list(QUOTAS_TABLE, { prefix: `${namespace}/` })
    if (quotas.length === 0) this.limited.delete(namespace)
    const resource = this.tables.find(QUOTAS_TABLE)
    if (resource === undefined) return
    for (const { object } of quotas) this.settle(resource, object)
  }

  private settle(resource: StoredResource, quota: DynamicObject): void {
    const hard = wantedOf(quota)
    const status = { hard: listed(hard), used: listed(this.usedOf(quota, [...hard.keys()])) }
    if (deepEqual(quota['status'], status)) return
    try {
      this.context.objects.update(resource, targetOfObject(quota), (current) => ({ ...current, status }), {
        subresource: 'status',
        unconditional: true,
      })
    } catch (error) {
      if (!isRefusal(error, 404)) throw error
    }
  }

  private usedOf(quota: DynamicObject, names: readonly string[]): Amounts {
    const { objects, clock } = this.context
    let used: Amounts = new Map()
    for (const resource of this.tables.all().values()) {
      const evaluator = evaluatorOf(resource, () => clock.now())
      const matching = evaluator?.matching(names) ?? []
      if (evaluator === undefined || matching.length === 0) continue
      const own = objects.store
        .list(resource.storage.table, { prefix: `${quota.metadata.namespace}/` })
        .reduce((sum, { object }) => plus(sum, usageIn(quota, object, evaluator)), zeroOf(matching))
      used = plus(used, masked(own, matching))
    }
    return used
  }
}

const NOTHING: Amounts = new Map()

const usageIn = (quota: DynamicObject, object: DynamicObject, evaluator: Evaluator): Amounts =>
  isInScopes(quota, object, evaluator) ? evaluator.usage(object) : NOTHING

const zeroOf = (names: readonly string[]): Amounts => new Map(names.map((name) => [name, { nanos: 0n, format: 'DecimalSI' }]))
