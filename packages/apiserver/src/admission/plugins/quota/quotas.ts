import type { DynamicObject } from '@kubewright/core'
import type { StoredResource } from '../../../registry/resource.ts'
import type { ServerWrite } from '../../../registry/server-admission.ts'
import type { Entry, Store } from '../../../storage/index.ts'
import { type AdmissionPlugin, denial } from '../plugin.ts'
import { type Amounts, plus } from '../pod-resources.ts'
import type { Evaluator } from './evaluator.ts'
import { evaluatorOf } from './evaluators.ts'
import { hardOf, isInScopes, listed, masked, QUOTAS_TABLE, shown, usedOf } from './quota.ts'

/** What one quota is charged with. */
interface Charge {
  readonly entry: Entry
  readonly used: Amounts
}

/** Refuses what would use up more than the ResourceQuotas of its namespace allow, and charges them with what does not. */
export function quotas(store: Store, now: () => number): AdmissionPlugin {
  const evaluators = new Map<StoredResource, Evaluator | undefined>()
  const evaluatorFor = (resource: StoredResource): Evaluator | undefined => {
    if (!evaluators.has(resource)) evaluators.set(resource, evaluatorOf(resource, now))
    return evaluators.get(resource)
  }
  return {
    charge(write, object) {
      const entries = write.namespace === undefined ? [] : store.list(QUOTAS_TABLE, { prefix: `${write.namespace}/` })
      const evaluator = entries.length === 0 ? undefined : evaluatorFor(write.resource)
      if (evaluator === undefined) return () => {}
      const charges = chargesOf(entries, evaluator, write, object)
      return () => {
        for (const { entry, used } of charges) charge(store, entry, used)
      }
    },
  }
}

function chargesOf(entries: readonly Entry[], evaluator: Evaluator, write: ServerWrite, object: DynamicObject): readonly Charge[] {
  const { old } = write
  if (old !== undefined && !evaluator.countsUpdates(object, old)) return []
  return entries.flatMap((entry): readonly Charge[] => {
    const quota = entry.object
    const hard = hardOf(quota)
    const names = evaluator.matching([...hard.keys()])
    if (names.length === 0 || !isInScopes(quota, object, evaluator)) return []
    const { name } = quota.metadata
    const unfit = evaluator.constraint?.(object, names)
    if (unfit !== undefined) throw denial(write, object, `failed quota: ${name}: ${unfit}`)
    const used = usedOf(quota)
    if (names.some((each) => !used.has(each)))
      throw denial(write, object, `status unknown for quota: ${name}, resources: ${[...names].sort().join(',')}`)
    const before = old !== undefined && isInScopes(quota, old, evaluator) ? evaluator.usage(old) : undefined
    const requested = masked(increase(evaluator.usage(object), before), hard.keys())
    if (requested.size === 0) return []
    const next = plus(used, requested)
    const exceeded = [...requested.keys()].filter((each) => next.get(each)!.nanos > hard.get(each)!.nanos)
    if (exceeded.length === 0) return [{ entry, used: next }]
    const part = (amounts: Amounts) => shown(masked(amounts, exceeded))
    throw denial(write, object, `exceeded quota: ${name}, requested: ${part(requested)}, used: ${part(used)}, limited: ${part(hard)}`)
  })
}

/** What comes on top of what was used before: what becomes free is found when all is counted again. */
function increase(usage: Amounts, before: Amounts | undefined): Amounts {
  return new Map(
    [...usage].flatMap(([name, { nanos, format }]) => {
      const more = nanos - (before?.get(name)?.nanos ?? 0n)
      return more > 0n ? [[name, { nanos: more, format }] as const] : []
    }),
  )
}

function charge(store: Store, { key }: Entry, used: Amounts): void {
  // The object itself may have been a quota, or have changed one.
  const entry = store.get(QUOTAS_TABLE, key)
  if (entry === undefined) return
  const status = { ...(entry.object['status'] as object), used: listed(used) }
  store.replace(QUOTAS_TABLE, entry, { ...entry.object, status })
}
