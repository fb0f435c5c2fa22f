import { type DynamicObject, parseQuantity } from '@kubewright/core'
import { type Fields, listAt, optionalFields } from '../../../registry/fields.ts'
import { ONE } from '../pod-resources.ts'
import type { Evaluator } from './evaluator.ts'

const OF_CLASS = '.deviceclass.resource.k8s.io/devices'

/** Devices in one allocation, at most: what a request for all of them may come to. */
const MOST = 32

/** What ResourceClaims use up of quotas: themselves, and devices by their class. */
export const deviceClaimEvaluator = (count: string): Evaluator => ({
  matching: (asked) => asked.filter((name) => name === count || name.endsWith(OF_CLASS)),
  countsUpdates: () => false,
  usage(claim) {
    const devices = [...devicesOf(claim)].map(([name, number]) => [`${name}${OF_CLASS}`, parseQuantity(String(number))] as const)
    return new Map([[count, ONE], ...devices])
  },
})

function devicesOf(claim: DynamicObject): ReadonlyMap<string, number> {
  const spec = optionalFields(claim as Fields, 'spec') ?? {}
  const total = new Map<string, number>()
  for (const request of listAt(optionalFields(spec, 'devices') ?? {}, 'requests'))
    for (const [name, number] of worstOf(request)) total.set(name, (total.get(name) ?? 0) + number)
  return total
}

/** Of alternatives, the most that each class may have to give. */
function worstOf(request: Fields): ReadonlyMap<string, number> {
  const exactly = optionalFields(request, 'exactly')
  const worst = new Map<string, number>()
  for (const { deviceClassName, allocationMode, count } of [
    ...(exactly === undefined ? [] : [exactly]),
    ...listAt(request, 'firstAvailable'),
  ]) {
    const number = allocationMode === 'All' ? MOST : Number(count ?? 0)
    worst.set(String(deviceClassName), Math.max(worst.get(String(deviceClassName)) ?? 0, number))
  }
  return worst
}
