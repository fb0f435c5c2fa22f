/** As Endpoints tell it: these addresses, each on these ports. */
export interface Subset {
  readonly addresses?: readonly Address[]
  readonly notReadyAddresses?: readonly Address[]
  readonly ports?: readonly SubsetPort[]
}

export interface Address {
  readonly ip: string
  readonly hostname?: string
  readonly nodeName?: string | undefined
  readonly targetRef?: { readonly uid?: string | undefined; readonly [field: string]: unknown }
}

export interface SubsetPort {
  readonly name?: string
  readonly port: number
  readonly protocol?: string
  readonly appProtocol?: string
}

interface PortUse {
  /** Undefined: the addresses of a Service that has no ports. */
  readonly port: SubsetPort | undefined
  /** By what tells addresses apart. */
  readonly addresses: Map<string, { readonly address: Address; readonly isReady: boolean }>
}

const identityOf = ({ ip, targetRef }: Address): string => `${ip} ${targetRef?.uid ?? ''}`

/** The same said shortly, as Kubernetes does: ports that have the same addresses behind them share a subset. */
export function repacked(subsets: readonly Subset[]): readonly Subset[] {
  const together = new Map<string, PortUse[]>()
  for (const use of usesOf(subsets)) {
    const key = JSON.stringify([...use.addresses].map(([identity, { isReady }]) => [identity, isReady]).sort())
    together.set(key, [...(together.get(key) ?? []), use])
  }
  return [...together.values()].map(subsetOf)
}

function usesOf(subsets: readonly Subset[]): readonly PortUse[] {
  const uses = new Map<string, PortUse>()
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets)
    for (const port of ports.length === 0 ? [undefined] : ports) {
      const key = JSON.stringify([port?.name, port?.port, port?.protocol, port?.appProtocol])
      const use = uses.get(key) ?? { port, addresses: new Map() }
      uses.set(key, use)
      for (const address of addresses)
        if (!use.addresses.has(identityOf(address))) use.addresses.set(identityOf(address), { address, isReady: true })
      // Who is said to be both is not ready.
      for (const address of notReadyAddresses) use.addresses.set(identityOf(address), { address, isReady: false })
    }
  return [...uses.values()].filter(({ addresses }) => addresses.size > 0)
}

function subsetOf(uses: readonly PortUse[]): Subset {
  const all = [...uses[0]!.addresses.values()].sort((a, b) => (identityOf(a.address) < identityOf(b.address) ? -1 : 1))
  const ready = all.filter(({ isReady }) => isReady).map(({ address }) => address)
  const notReady = all.filter(({ isReady }) => !isReady).map(({ address }) => address)
  const ports = uses.flatMap(({ port }) => port ?? [])
  return {
    ...(ready.length === 0 ? {} : { addresses: ready }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
    ...(ports.length === 0 ? {} : { ports }),
  }
}
