import type { ApplicationSpec } from '../kind/application.ts'

type Port = NonNullable<ApplicationSpec['ports']>[number]
export type NamedPort = Port & { readonly name: string }

/** A Service with several ports needs a name for each. */
export function namedPorts(ports: readonly Port[]): readonly NamedPort[] {
  const firstTcp = ports.findIndex(({ protocol }) => protocol === 'TCP')
  return ports.map((port, at) => ({
    ...port,
    name: port.name ?? (at === firstTcp ? 'http' : `${port.protocol.toLowerCase()}-${port.port}`),
  }))
}

export const firstTcpPort = (ports: readonly Port[]): NamedPort | undefined => namedPorts(ports).find(({ protocol }) => protocol === 'TCP')
