import { type VaultClient, type VaultOptions, vaultClient } from '@kubewright/vault'
import type { Clock } from 'kubewright'
import { initialize } from '../initialization/initialization.ts'
import type { InitializationPlan, KeyStore } from '../initialization/plan.ts'
import type { OpenNode, RootTokenNews } from '../initialization/root-token.ts'
import type { Happening, LeaderRef, LedgerEntry, Note, Permission, World } from '../machine/model.ts'
import type { Member, PodNews } from '../members/member.ts'
import { Attendant } from './attendant.ts'
import { initializationOf } from './first-node.ts'
import { RootTokenDuty } from './root-token-duty.ts'
import type { Remembered, Settings } from './settings.ts'
import type { Slots } from './slots.ts'

/** An answer to the calls that are made here has a few hundred bytes; a stranger's might have no end. */
const MOST_ANSWER_BYTES = 65_536

export interface UnsealerParts {
  readonly clock: Clock
  readonly random: () => number
  readonly slots: Slots
  /** Runs until nothing is under way any more. */
  start(run: (signal: AbortSignal) => Promise<void>): void
  verify(member: Member, signal: AbortSignal): Promise<string | undefined>
  /** What stops all submissions at this moment, whatever the last reconcile knew. */
  held(): Permission
  /** Where key shares of a new Vault are kept. */
  store(plan: InitializationPlan): KeyStore
  told(attendant: Attendant, notes: readonly Note[]): void
  toldOfRootToken(news: RootTokenNews): void
  /** Looking after the node ended by an error that nobody has foreseen. The next update begins anew. */
  failed(member: Member, error: unknown): void
}

interface Connection {
  readonly of: string
  readonly client: VaultClient
}

/** One VaultUnsealer at work: an attendant for each node, and what they learn from each other. */
export class Unsealer {
  readonly #parts: UnsealerParts
  readonly #attendants = new Map<string, Attendant>()
  readonly #connections = new Map<string, Connection>()
  /** By name, which outlives the pod: replacing it all the time is no way around the limits. */
  readonly #ledgers = new Map<string, readonly LedgerEntry[]>()
  readonly #proven: Set<string>
  readonly #rootToken: RootTokenDuty
  #settings: Settings
  /** Of the Vault that has been seen open: a node without data is no new one after that. */
  #knownCluster: string | undefined
  #rejected: Remembered['rejected']

  constructor(settings: Settings, remembered: Remembered, parts: UnsealerParts) {
    this.#settings = settings
    this.#parts = parts
    this.#proven = new Set(remembered.proven)
    this.#rejected = remembered.rejected
    this.#knownCluster = remembered.clusterId
    const { clock, start, store, toldOfRootToken } = parts
    this.#rootToken = new RootTokenDuty({ clock, start, store, told: toldOfRootToken, openNode: () => this.#openNode() })
    this.#attend()
    this.#rootToken.attend(settings.initialization)
  }

  get settings(): Settings {
    return this.#settings
  }

  get attendants(): readonly Attendant[] {
    return this.#settings.members.flatMap(({ id }) => this.#attendants.get(id) ?? [])
  }

  /** Fingerprints, of shares that are held now. */
  get proven(): readonly string[] {
    return this.#settings.keys.refs.flatMap(({ fingerprint }) => (this.#proven.has(fingerprint) ? [fingerprint] : []))
  }

  /** As the open nodes say it; `undefined` while they say nothing, or different things. */
  get clusterId(): string | undefined {
    const ids = new Set(this.attendants.flatMap(({ node }) => (node.standing.state === 'Unsealed' ? (node.status?.clusterId ?? []) : [])))
    return ids.size === 1 ? [...ids][0] : undefined
  }

  update(settings: Settings): void {
    const before = this.#settings
    this.#settings = settings
    if (before.keys !== settings.keys) before.keys.wipe()
    this.#attend()
    this.#rootToken.attend(settings.initialization)
    if (wants(before) !== wants(settings)) this.poke()
  }

  /** The node is looked at as soon as its pod is heard of: a reconcile may be waiting for a write of the status meanwhile. */
  notice(news: PodNews): void {
    this.#attendants.get(news.id)?.notice(news)
  }

  poke(): void {
    for (const attendant of this.#attendants.values()) attendant.poke()
  }

  stop(): void {
    for (const attendant of this.#attendants.values()) attendant.stop()
    this.#attendants.clear()
    this.#rootToken.stop()
    this.#settings.keys.wipe()
  }

  #attend(): void {
    const wanted = new Map(this.#settings.members.map((member) => [member.id, member]))
    for (const [id, attendant] of this.#attendants) {
      if (wanted.has(id)) continue
      this.#ledgers.set(attendant.member.name, attendant.node.ledger)
      this.#attendants.delete(id)
      attendant.stop()
    }
    for (const [id, member] of wanted) {
      const known = this.#attendants.get(id)
      if (known === undefined) this.#begin(member)
      else known.update(member)
    }
  }

  #begin(member: Member): void {
    const { clock, slots, verify, told, start } = this.#parts
    const memory = { ledger: this.#ledgers.get(member.name) ?? [], givenUpOn: this.#rejected.get(member.id) }
    const attendant: Attendant = new Attendant(member, memory, {
      ...{ clock, slots, verify },
      world: (at) => this.#world(at),
      client: (at) => this.#clientFor(at),
      initialize: (at, client, signal) => this.#initialize(at, client, signal),
      bytes: (fingerprint) => this.#settings.keys.bytes(fingerprint),
      told: (from, notes) => {
        for (const note of notes) if (note.is === 'opened') for (const { fingerprint } of note.shares) this.#proven.add(fingerprint)
        this.#knownCluster ??= this.clusterId
        if (notes.length > 0) this.#others(from)
        told(from, notes)
      },
    })
    this.#attendants.set(member.id, attendant)
    start(async (signal) => {
      try {
        await attendant.run(signal)
      } catch (error) {
        if (this.#attendants.get(member.id) === attendant) this.#attendants.delete(member.id)
        this.#parts.failed(member, error)
      } finally {
        await this.#disconnect(member.id)
      }
    })
  }

  /** What one node has come to may be what others wait for. */
  #others(from: Attendant): void {
    for (const attendant of this.#attendants.values()) if (attendant !== from && isWaiting(attendant)) attendant.poke()
  }

  #world(member: Member): World {
    const { keys, policy } = this.#settings
    const others = [...this.#attendants.values()].filter((attendant) => attendant.member.id !== member.id)
    const open = others.filter(({ node }) => node.standing.state === 'Unsealed')
    return {
      shares: keys.refs,
      keySet: keys.name,
      policy,
      permission: this.#permission(member),
      initialization: initializationOf(member, this.attendants, {
        ...this.#settings,
        knownCluster: this.#settings.clusterId ?? this.#knownCluster,
      }),
      siblings: {
        open: open.length,
        leader: open[0] && this.#leaderRef(open[0].member),
        initialized: others.some(({ node }) => node.status?.initialized === true),
        proven: this.#proven,
      },
      random: this.#parts.random(),
    }
  }

  async #initialize(member: Member, client: VaultClient, signal: AbortSignal): Promise<Happening> {
    const { initialization: plan } = this.#settings
    if (plan === undefined) return { saw: 'unverified', message: 'spec.initialize is not there any more' }
    const { store, clock } = this.#parts
    const outcome = await initialize({ client, store: store(plan), plan, node: member.name, clock, signal })
    if (outcome.is !== 'initialized') return { saw: 'initialization failed', lost: outcome.is === 'lost', message: outcome.message }
    this.#rootToken.look(plan)
    return { saw: 'initialized' }
  }

  /** Nodes that are of several Vaults get no root token: it is not known whose it is. */
  #openNode(): OpenNode | undefined {
    if (this.clusterId === undefined) return undefined
    const member = this.attendants.find(({ node }) => node.standing.state === 'Unsealed')?.member
    if (member === undefined) return undefined
    return {
      name: member.name,
      verify: (signal) => this.#parts.verify(member, signal),
      connect: (token) => this.#newClient(member, { auth: { method: 'token', token } }),
    }
  }

  #leaderRef(member: Member): LeaderRef {
    const { secure, tls } = this.#settings
    return { name: member.name, address: addressOf(member, secure), serverName: secure ? member.serverName : undefined, ca: tls.ca }
  }

  #permission(member: Member): Permission {
    const { keys, keysMissing, clusterId, dryRun, highAvailability } = this.#settings
    const held = this.#parts.held()
    if (!held.may) return held
    if (member.paused) return { may: false, reason: 'Paused', message: `paused by the pod's annotation: it stays sealed` }
    if (keys.refs.length === 0 && keysMissing !== undefined) return { may: false, reason: 'KeysMissing', message: keysMissing }
    const other = this.attendants.find(
      ({ node: { standing, status } }) => standing.state === 'Unsealed' && (status?.clusterId ?? clusterId) !== clusterId,
    )
    if (clusterId !== undefined && other !== undefined)
      return {
        may: false,
        reason: 'ClusterMismatch',
        message: `${other.member.name} is of cluster ${other.node.status?.clusterId}, and spec.clusterID is ${clusterId}: nothing is sent`,
      }
    if (dryRun)
      return {
        may: false,
        reason: 'DryRun',
        message: `dry run: it would get shares of the ${keys.refs.length} that are held, and gets none`,
      }
    if (!highAvailability) {
      const first = this.attendants.find((attendant) => isBusy(attendant) && attendant.member.id !== member.id)
      const own = this.attendants.findIndex((attendant) => attendant.member.id === member.id)
      if (first !== undefined && (this.attendants.indexOf(first) < own || first.node.doing.is !== 'checking'))
        return { may: false, reason: 'OneAtATime', message: `${first.member.name} goes first (mode.ha is false)` }
    }
    return { may: true }
  }

  #clientFor(member: Member): VaultClient {
    const { secure, tls } = this.#settings
    const of = JSON.stringify([member.host, member.port, member.serverName, secure, tls])
    const known = this.#connections.get(member.id)
    if (known?.of === of) return known.client
    if (known !== undefined) this.#parts.start(() => known.client.close())
    const client = this.#newClient(member)
    this.#connections.set(member.id, { of, client })
    return client
  }

  #newClient(member: Member, identity: Pick<VaultOptions, 'auth'> = {}): VaultClient {
    const { secure, tls } = this.#settings
    return vaultClient({
      address: addressOf(member, secure),
      allowPlaintext: !secure,
      ...(secure && { tls: { ...tls, serverName: member.serverName } }),
      ...identity,
      retries: { attempts: 1 },
      connections: 2,
      maxAnswerBytes: MOST_ANSWER_BYTES,
      clock: this.#parts.clock,
      random: this.#parts.random,
    })
  }

  async #disconnect(id: string): Promise<void> {
    // An attendant of the same node may have begun meanwhile; its first call makes a connection of its own.
    const known = this.#connections.get(id)
    this.#connections.delete(id)
    await known?.client.close()
  }
}

function addressOf({ host, port }: Member, secure: boolean): string {
  return `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

const isBusy = ({ node }: Attendant) =>
  node.doing.is === 'submitting' || node.doing.is === 'opening' || node.doing.is === 'resetting' || node.standing.reason === 'NotCheckedYet'

const WAITING: ReadonlySet<string> = new Set([
  'WaitingForProof',
  'WaitingForLeader',
  'WaitingForRaftJoin',
  'OneAtATime',
  'Uninitialized',
  'ClusterMismatch',
])
const isWaiting = ({ node }: Attendant) => WAITING.has(node.standing.reason)

/** What of the settings concerns all nodes. */
function wants({ keys, keysMissing, policy, secure, tls, highAvailability, clusterId, dryRun, initialization }: Settings): string {
  return JSON.stringify([keys.name, keysMissing, policy, secure, tls, highAvailability, clusterId, dryRun, initialization])
}
