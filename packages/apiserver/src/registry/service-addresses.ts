import type { DynamicObject } from '@kubewright/core'
import type { Change, Store } from '../storage/index.ts'
import { type Fields, listAt, optionalFields } from './fields.ts'
import { storageKey } from './resource.ts'

/** Where services are stored. */
export const SERVICES_TABLE = '/services'

/** Kubernetes' default range of node ports. */
export const NODE_PORTS = { first: 30_000, last: 32_767 }

/** What a cluster of kubeadm's gives its services: a /16, of which these are the first two numbers. */
const NETWORK = '10.96'
/** The first addresses have fixed owners: 10.96.0.1 is the API server's, 10.96.0.10 by custom the DNS's. */
const FIRST_FREE = 11
const ADDRESSES = 65_534

/**
 * Who has which cluster IP and node port. They route nowhere here; but clients wait for them to appear (Helm's `--wait`), show them, and ask for
 * certain ones. What the services in the store say is all there is to know.
 */
export class ServiceAddresses {
  private readonly addresses = new Map<string, string>()
  private readonly ports = new Map<number, string>()
  private lastAddress = FIRST_FREE - 1
  private lastPort = NODE_PORTS.first - 1

  /** Follows the store until the returned function is called. */
  follow(store: Store): () => void {
    for (const { object } of store.list(SERVICES_TABLE)) this.take(object)
    return store.subscribe((change) => this.update(change), SERVICES_TABLE)
  }

  /** A cluster IP that nobody has. */
  freeAddress(): string {
    for (let tries = 0; tries < ADDRESSES; tries++) {
      this.lastAddress = this.lastAddress >= ADDRESSES ? FIRST_FREE : this.lastAddress + 1
      const address = `${NETWORK}.${this.lastAddress >> 8}.${this.lastAddress & 255}`
      if (!this.addresses.has(address)) return address
    }
    throw new Error('all cluster IPs are taken')
  }

  /** A node port that nobody has. */
  freePort(): number {
    for (let tries = NODE_PORTS.first; tries <= NODE_PORTS.last; tries++) {
      this.lastPort = this.lastPort >= NODE_PORTS.last ? NODE_PORTS.first : this.lastPort + 1
      if (!this.ports.has(this.lastPort)) return this.lastPort
    }
    throw new Error('all node ports are taken')
  }

  isInRange(address: string): boolean {
    return address.startsWith(`${NETWORK}.`)
  }

  addressIsAnothers(address: string, service: DynamicObject): boolean {
    return isAnother(this.addresses.get(address), service)
  }

  portIsAnothers(port: number, service: DynamicObject): boolean {
    return isAnother(this.ports.get(port), service)
  }

  private update({ type, current, previous }: Change): void {
    if (previous !== undefined) this.release(previous.object)
    if (type === 'put') this.take(current.object)
  }

  private take(service: DynamicObject): void {
    const owner = keyOf(service)
    for (const address of addressesOf(service)) this.addresses.set(address, owner)
    for (const port of nodePortsOf(service)) this.ports.set(port, owner)
  }

  private release(service: DynamicObject): void {
    for (const address of addressesOf(service)) this.addresses.delete(address)
    for (const port of nodePortsOf(service)) this.ports.delete(port)
  }
}

const keyOf = ({ metadata }: DynamicObject): string => storageKey(metadata.namespace, metadata.name ?? '')

const isAnother = (owner: string | undefined, service: DynamicObject): boolean => owner !== undefined && owner !== keyOf(service)

const specOf = (service: DynamicObject): Fields => optionalFields(service as Fields, 'spec') ?? {}

function addressesOf(service: DynamicObject): readonly string[] {
  const { clusterIP } = specOf(service)
  return typeof clusterIP === 'string' && clusterIP !== '' && clusterIP !== 'None' ? [clusterIP] : []
}

function nodePortsOf(service: DynamicObject): readonly number[] {
  const { healthCheckNodePort } = specOf(service)
  const ports = listAt(specOf(service), 'ports').map(({ nodePort }) => nodePort)
  return [...ports, healthCheckNodePort].filter((port): port is number => typeof port === 'number' && port !== 0)
}
