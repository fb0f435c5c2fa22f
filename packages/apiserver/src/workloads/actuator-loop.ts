import type { DynamicObject, Timer } from '@kubewright/core'
import { type Controller, type ControllerContext, Tables, targetOfObject } from '../controllers/context.ts'
import { OwnerGraph, ownersOf } from '../controllers/owner-graph.ts'
import { WorkLoop } from '../controllers/work-loop.ts'
import { remove } from '../registry/removal.ts'
import type { StoredResource } from '../registry/resource.ts'
import { keyOf, targetOfKey } from '../registry/target.ts'
import { Refusal } from '../status/index.ts'
import type { Change } from '../storage/index.ts'
import type { Actuator, ClusterView, Effect, Plan, Table } from './actuator.ts'

const SUBRESOURCES = { update: {}, status: { subresource: 'status' }, bind: { subresource: 'binding' } } as const

const MANAGER = { manager: 'kube-controller-manager' }

/** Milliseconds after which what was refused is tried again, twice as long each time, as kube-controller-manager does in finer steps. */
const FIRST_RETRY = 1_000
const LONGEST_RETRY = 60_000

/** Asks actuators what is to be done whenever something has changed that concerns them, and does it. Between changes it does nothing at all. */
export class ActuatorLoop implements Controller {
  private readonly context: ControllerContext
  private readonly actuators: ReadonlyMap<string, Actuator>
  private readonly tables: Tables
  private readonly graph = new OwnerGraph()
  private readonly loop: WorkLoop
  private readonly timers = new Map<string, Timer>()
  private readonly retries = new Map<string, number>()
  private readonly unsubscribe: () => void

  constructor(context: ControllerContext, actuators: readonly Actuator[]) {
    this.context = context
    this.actuators = new Map(actuators.map((actuator) => [actuator.name, actuator]))
    this.tables = new Tables(context.catalog)
    this.loop = new WorkLoop({ clock: context.clock, log: context.log, name: 'workloads', work: (key) => this.attend(key) })
    this.unsubscribe = context.objects.store.subscribe((change) => this.follow(change))
  }

  stop(): void {
    this.unsubscribe()
    this.loop.stop()
    for (const timer of this.timers.values()) timer.cancel()
  }

  private get view(): ClusterView {
    const { store } = this.context.objects
    return {
      now: this.context.clock.now(),
      get: (table, namespace, name) => store.get(table, keyOf({ namespace, name }))?.object,
      list: (table, namespace) => store.list(table, namespace === undefined ? {} : { prefix: `${namespace}/` }).map(({ object }) => object),
      controlled: (table, owner) => this.controlled(table, owner.metadata.uid ?? ''),
    }
  }

  private controlled(table: Table, uid: string): readonly DynamicObject[] {
    const found = this.graph.dependentsOf(uid).flatMap((dependent) => {
      const place = this.graph.place(dependent)
      const object = place?.table === table ? this.context.objects.store.get(table, place.key)?.object : undefined
      return object !== undefined && isControlledBy(object, uid) ? [object] : []
    })
    return found.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
  }

  private follow(change: Change): void {
    const { resource, current, previous } = change
    for (const actuator of this.actuators.values()) {
      if (actuator.table === resource) this.loop.add(`${actuator.name} ${current.key}`)
      // Both its owners now and those before: one of them has lost something.
      if (actuator.controls?.some((table) => table === resource)) {
        for (const state of [current, previous]) if (state !== undefined) this.wakeOwners(actuator, state.object)
      }
      const concerned = actuator.concerns?.[resource as Table]
      for (const state of concerned === undefined ? [] : [current, previous]) {
        if (state === undefined) continue
        for (const object of concerned!(state.object, this.view)) this.loop.add(`${actuator.name} ${keyOf(targetOfObject(object))}`)
      }
    }
    this.graph.follow(change)
  }

  private wakeOwners(actuator: Actuator, { metadata, ...object }: DynamicObject): void {
    for (const { uid, controller } of ownersOf({ metadata, ...object })) {
      const place = this.graph.place(uid)
      if (controller === true && place?.table === actuator.table) this.loop.add(`${actuator.name} ${place.key}`)
    }
  }

  private attend(key: string): void {
    const at = key.indexOf(' ')
    const actuator = this.actuators.get(key.slice(0, at))!
    const entry = this.context.objects.store.get(actuator.table, key.slice(at + 1))
    this.timers.get(key)?.cancel()
    this.timers.delete(key)
    if (entry === undefined) {
      this.retries.delete(key)
      for (const effect of actuator.gone?.(targetOfKey(key.slice(at + 1)), this.view) ?? []) this.perform(effect)
      return
    }
    const plan: Plan = actuator.plan(entry.object, this.view)
    const refusals = plan.effects.flatMap((effect) => this.perform(effect) ?? [])
    if (refusals[0] !== undefined) this.report(actuator, entry.key, refusals[0])
    const delays = [plan.dueAt === undefined ? [] : plan.dueAt - this.context.clock.now(), this.retryDelay(key, refusals.length > 0)].flat()
    if (delays.length === 0) return
    this.timers.set(
      key,
      this.context.clock.setTimer(Math.max(0, Math.min(...delays)), () => this.loop.add(key)),
    )
  }

  /** What was refused may be allowed by a change elsewhere, of a quota or a limit, that wakes nobody. */
  private retryDelay(key: string, isRefused: boolean): readonly number[] {
    if (!isRefused) {
      this.retries.delete(key)
      return []
    }
    const tries = this.retries.get(key) ?? 0
    this.retries.set(key, tries + 1)
    return [Math.min(FIRST_RETRY * 2 ** tries, LONGEST_RETRY)]
  }

  /** Why it was refused, if it was. */
  private perform(effect: Effect): string | undefined {
    const resource = this.tables.find(effect.table)
    if (resource === undefined) return undefined
    try {
      this.write(resource, effect)
      return undefined
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      // What is gone needs nothing more; what is there already, or has changed since, wakes the actuator again.
      if (error.code === 404 || error.code === 409) return undefined
      return error.message
    }
  }

  private report(actuator: Actuator, key: string, why: string): void {
    const object = this.context.objects.store.get(actuator.table, key)?.object
    if (object === undefined) return
    if (actuator.refused === undefined) this.context.log(`apiserver: workloads: ${actuator.name} ${key}: ${why}`)
    else for (const effect of actuator.refused(object, why, this.view)) this.perform(effect)
  }

  private write(resource: StoredResource, effect: Effect): void {
    const { objects } = this.context
    const { object } = effect
    const target = targetOfObject(object)
    switch (effect.do) {
      case 'create':
        objects.create(resource, object, object.metadata.namespace, { manager: MANAGER })
        return
      case 'update':
      case 'status':
      case 'bind':
        // With the version that was seen: a change that came in between is not overwritten.
        objects.update(resource, target, () => object, {
          manager: MANAGER,
          ...SUBRESOURCES[effect.do],
        })
        return
      case 'delete':
        remove(objects, resource, target, {
          propagationPolicy: 'Background',
          ...(effect.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: effect.gracePeriodSeconds }),
          ...(object.metadata.uid === undefined ? {} : { preconditions: { uid: object.metadata.uid } }),
        })
    }
  }
}

const isControlledBy = (object: DynamicObject, uid: string): boolean =>
  ownersOf(object).some((owner) => owner.uid === uid && owner.controller === true)
