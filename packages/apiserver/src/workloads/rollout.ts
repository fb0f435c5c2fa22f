import { bounds, type Deployment, isRolling, type ReplicaSet, sum, wanted } from './deployment.ts'

/** How large a ReplicaSet is to be. */
export interface Resize {
  readonly set: ReplicaSet
  readonly to: number
}

const available = (set: ReplicaSet): number => Number(set.status?.availableReplicas ?? 0)

/** How large the current ReplicaSet may become: as many as are wanted, and no more pods in all than the surge allows. */
export function currentSize(deployment: Deployment, size: number, old: readonly ReplicaSet[]): number {
  const replicas = wanted(deployment)
  if (!isRolling(deployment)) return replicas
  const total = size + sum(old, wanted)
  const room = replicas + bounds(deployment).surge - total
  return room <= 0 ? size : Math.min(size + room, replicas)
}

/** The next step of a rolling update: the new one up as far as it may, else the old ones down as far as they may. */
export function rollingStep(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): readonly Resize[] {
  const replicas = wanted(deployment)
  if (wanted(current) > replicas) return [{ set: current, to: replicas }]
  const size = currentSize(deployment, wanted(current), old)
  if (size !== wanted(current)) return [{ set: current, to: size }]
  return shrunk(deployment, current, old)
}

function shrunk(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): readonly Resize[] {
  const all = [...old, current]
  const least = wanted(deployment) - bounds(deployment).unavailable
  const spare = sum(all, wanted) - least - (wanted(current) - available(current))
  if (sum(old, wanted) === 0 || spare <= 0) return []
  const sizes = new Map(old.map((set) => [set, wanted(set)]))
  // Pods that do not work go first: letting them go costs nothing.
  let left = spare
  for (const set of old) {
    const broken = Math.min(left, Math.max(0, wanted(set) - available(set)))
    sizes.set(set, wanted(set) - broken)
    left -= broken
  }
  let working = sum(all, available) - least
  for (const set of old) {
    const size = sizes.get(set)!
    const going = Math.min(size, Math.max(0, working))
    sizes.set(set, size - going)
    working -= going
  }
  return [...sizes].filter(([set, to]) => to !== wanted(set)).map(([set, to]) => ({ set, to }))
}

/** All old pods go before the first new one comes. */
export function recreateStep(deployment: Deployment, current: ReplicaSet | undefined, old: readonly ReplicaSet[]): readonly Resize[] {
  const living = old.filter((set) => wanted(set) > 0)
  if (living.length > 0) return living.map((set) => ({ set, to: 0 }))
  const isEmpty = old.every((set) => (set.status?.replicas ?? 0) === 0 && (set.status?.terminatingReplicas ?? 0) === 0)
  if (!isEmpty || current === undefined || wanted(current) === wanted(deployment)) return []
  return [{ set: current, to: wanted(deployment) }]
}

/** After the Deployment was scaled: each ReplicaSet gets its part, so that a rollout under way goes on as it was. */
export function scalingStep(deployment: Deployment, current: ReplicaSet | undefined, old: readonly ReplicaSet[]): readonly Resize[] {
  const replicas = wanted(deployment)
  const all = [...old, ...(current === undefined ? [] : [current])]
  const active = all.filter((set) => wanted(set) > 0)
  const alone = active.length > 1 ? undefined : (active[0] ?? current ?? old.at(-1))
  if (active.length <= 1) return alone === undefined || wanted(alone) === replicas ? [] : [{ set: alone, to: replicas }]
  if (current !== undefined && wanted(current) === replicas && available(current) === replicas)
    return old.filter((set) => wanted(set) > 0).map((set) => ({ set, to: 0 }))
  return isRolling(deployment) ? proportional(deployment, active) : []
}

function proportional(deployment: Deployment, active: readonly ReplicaSet[]): readonly Resize[] {
  const replicas = wanted(deployment)
  const allowed = replicas > 0 ? replicas + bounds(deployment).surge : 0
  const total = sum(active, wanted)
  const toAdd = allowed - total
  const age = (set: ReplicaSet) => active.indexOf(set)
  const sorted = active.toSorted((a, b) => wanted(b) - wanted(a) || (toAdd > 0 ? age(b) - age(a) : age(a) - age(b)))
  let added = 0
  const sizes = sorted.map((set) => {
    const share = part(set, toAdd, added, allowed)
    added += share
    return wanted(set) + share
  })
  // What rounding left over is the largest one's.
  return sorted.map((set, index) => ({ set, to: Math.max(0, sizes[index]! + (index === 0 ? toAdd - added : 0)) }))
}

/** By its size among what the Deployment was sized for when the ReplicaSet was last touched. */
function part(set: ReplicaSet, toAdd: number, added: number, allowed: number): number {
  const size = wanted(set)
  const left = toAdd - added
  if (size === 0 || left === 0) return 0
  const before = Number(set.metadata.annotations?.['deployment.kubernetes.io/max-replicas'] ?? 0) || allowed
  const share = Math.round((size * allowed) / before) - size
  return toAdd > 0 ? Math.min(share, left) : Math.max(share, left)
}
