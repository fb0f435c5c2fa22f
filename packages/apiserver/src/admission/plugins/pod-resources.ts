import { parseQuantity, type Quantity } from '@kubewright/core'
import { type Fields, listAt, optionalFields } from '../../registry/fields.ts'

/** Amounts by the name of what they are amounts of: `cpu`, `memory`, `nvidia.com/gpu`. */
export type Amounts = ReadonlyMap<string, Quantity>

export const NO_AMOUNTS: Amounts = new Map()

export const ONE: Quantity = { nanos: 1_000_000_000n, format: 'DecimalSI' }

/** Reads `{cpu: '100m'}`. */
export function amountsOf(list: Fields | undefined): Amounts {
  return new Map(Object.entries(list ?? {}).map(([name, text]) => [name, parseQuantity(String(text))]))
}

/** What one container asks for, or may have at most. */
export const containerAmounts = (container: Fields, kind: 'requests' | 'limits'): Amounts =>
  amountsOf(optionalFields(optionalFields(container, 'resources') ?? {}, kind))

/** What all containers of a pod ask for, or may have at most, at the same time: init containers run alone, those that go on running do not. */
export function podAmounts(spec: Fields, kind: 'requests' | 'limits'): Amounts {
  let total = listAt(spec, 'containers').reduce<Amounts>((sum, each) => plus(sum, containerAmounts(each, kind)), NO_AMOUNTS)
  let sidecars = NO_AMOUNTS
  let starting = NO_AMOUNTS
  for (const container of listAt(spec, 'initContainers')) {
    const own = containerAmounts(container, kind)
    if (container['restartPolicy'] === 'Always') {
      total = plus(total, own)
      sidecars = plus(sidecars, own)
      starting = largest(starting, sidecars)
    } else starting = largest(starting, plus(own, sidecars))
  }
  const ofPod = [...containerAmounts(spec, kind)].filter(([name]) => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-'))
  return new Map([...largest(total, starting), ...ofPod])
}

export function plus(a: Amounts, b: Amounts): Amounts {
  // Nothing has no notation of its own.
  return combined(a, b, (left, right) => ({ nanos: left.nanos + right.nanos, format: left.nanos === 0n ? right.format : left.format }))
}

/** As much of each as the larger of the two. */
export function largest(a: Amounts, b: Amounts): Amounts {
  return combined(a, b, (left, right) => (right.nanos > left.nanos ? right : left))
}

function combined(a: Amounts, b: Amounts, combine: (left: Quantity, right: Quantity) => Quantity): Amounts {
  const result = new Map(a)
  for (const [name, amount] of b) {
    const present = result.get(name)
    result.set(name, present === undefined ? amount : combine(present, amount))
  }
  return result
}
