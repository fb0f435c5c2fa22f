import type { Client } from '@kubewright/client'
import { ConfigurationError, dnsLabelErrors } from '@kubewright/core'
import type { Part } from '../manager/part.ts'
import { type ClusterHandler, type Clusters, LOCAL_CLUSTER } from './cluster.ts'
import type { ClusterTools } from './cluster-tools.ts'
import { MemberCluster } from './member-cluster.ts'

type PartName = keyof MemberCluster['parts']

/** Between two beginnings of work that fails: what is missing in a cluster is installed by people. */
const FIRST_PAUSE = 10_000
const LONGEST_PAUSE = 300_000
/** It was told to leave while it left by itself. */
const NEVER = { cancel() {} }

/** The clusters of one manager, with the parts by which the manager starts and stops them all at once. */
export class ManagerClusters implements Clusters {
  readonly #tools: ClusterTools
  readonly #members = new Map<string, MemberCluster>()
  readonly #leaving = new Map<string, Promise<void>>()
  /** Those of which a part has failed, until they join again. */
  readonly #returning = new Map<string, { cancel(): void }>()
  readonly #engaged = new Set<(cluster: MemberCluster) => void>()
  /** Of which parts the time has come: a cluster that joins starts them at once. */
  readonly #started = new Set<PartName>()
  #closed = false
  readonly local: MemberCluster
  readonly parts: Readonly<Record<PartName, Part>>

  /** `failed`: a part of the local cluster ended that should have gone on. */
  constructor(client: Client, tools: ClusterTools, failed: (part: string, error: unknown) => void) {
    this.#tools = tools
    this.local = new MemberCluster(LOCAL_CLUSTER, client, tools, failed)
    this.#members.set(LOCAL_CLUSTER, this.local)
    this.parts = { reachability: this.#all('reachability'), events: this.#all('events'), caches: this.#all('caches') }
  }

  get(name: string): MemberCluster | undefined {
    return this.#members.get(name)
  }

  list(): readonly MemberCluster[] {
    return [...this.#members.values()]
  }

  join(name: string, client: Client): MemberCluster {
    if (this.#closed) throw new Error(`cluster "${name}" was to join after the manager had begun to stop`)
    const [problem] = dnsLabelErrors(name)
    if (problem !== undefined)
      throw new ConfigurationError(`cluster "${name}": the name goes into requests, logs and metrics, and ${problem}`)
    if (this.#members.has(name)) throw new ConfigurationError(`cluster "${name}" is here already: give one of the two another name`)
    if (this.#leaving.has(name))
      throw new ConfigurationError(`cluster "${name}" is still leaving: await leave("${name}") before it joins again`)
    return this.#admit(name, client, FIRST_PAUSE)
  }

  /** `pause`: how long it stays away when a part of it fails soon, in ms. */
  #admit(name: string, client: Client, pause: number): MemberCluster {
    const { log, clock } = this.#tools
    this.#stay(name)
    const joinedAt = clock.monotonic()
    const member: MemberCluster = new MemberCluster(name, client, this.#tools, (part, error) => {
      const wait = clock.monotonic() - joinedAt > LONGEST_PAUSE ? FIRST_PAUSE : pause
      log.error('a part of a cluster failed; the cluster leaves, and joins again', { cluster: name, part, error, inSeconds: wait / 1000 })
      this.#depart(member)
        .then(() => this.#return(name, client, wait))
        .catch((cause: unknown) => log.error('a cluster did not leave well', { cluster: name, error: cause }))
    })
    this.#members.set(name, member)
    for (const part of this.#started) this.#start(member, part)
    log.info('a cluster has joined', { cluster: name, server: client.server })
    for (const engage of this.#engaged) engage(member)
    return member
  }

  leave(name: string): Promise<void> {
    const leaving = this.#leaving.get(name)
    const member = this.#members.get(name)
    if (leaving !== undefined) {
      this.#returning.set(name, NEVER)
      return leaving
    }
    this.#stay(name)
    if (member === undefined) return Promise.resolve()
    if (member === this.local) return Promise.reject(new ConfigurationError('the manager’s own cluster cannot leave: stop the manager'))
    return this.#depart(member)
  }

  #depart(member: MemberCluster): Promise<void> {
    const { name } = member
    const before = this.#leaving.get(name)
    if (before !== undefined) return before
    this.#members.delete(name)
    const ended = this.#end(member).finally(() => this.#leaving.delete(name))
    this.#leaving.set(name, ended)
    return ended
  }

  /** What has failed may have been mended by somebody: it is tried again, and again, unless it was told to leave. */
  #return(name: string, client: Client, pause: number): void {
    const told = this.#returning.get(name) === NEVER
    this.#returning.delete(name)
    if (this.#closed || told || this.#members.has(name)) return
    const { clock, random } = this.#tools
    const timer = clock.setTimer(pause * (1 + random() * 0.2), () => {
      this.#returning.delete(name)
      if (!this.#closed) this.#admit(name, client, Math.min(2 * pause, LONGEST_PAUSE))
    })
    this.#returning.set(name, timer)
  }

  /** Whoever says himself what becomes of it needs no return. */
  #stay(name: string): void {
    this.#returning.get(name)?.cancel()
    this.#returning.delete(name)
  }

  async engage(handler: ClusterHandler, signal: AbortSignal): Promise<void> {
    const calls = new Set<Promise<void>>()
    const over = Promise.withResolvers<void>()
    let failure: { readonly error: unknown } | undefined
    const attempt = async (cluster: MemberCluster) => {
      if (cluster !== this.local) return await this.#persist(handler, cluster, signal)
      try {
        await handler(cluster)
      } catch (error) {
        failure ??= { error }
        over.resolve()
      }
    }
    const call = (cluster: MemberCluster) => {
      const running = attempt(cluster)
      calls.add(running)
      running.finally(() => calls.delete(running)).catch(() => {})
      cluster.track(running)
    }
    const onAbort = () => over.resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    else {
      this.#engaged.add(call)
      for (const member of this.#members.values()) call(member)
    }
    await over.promise
    this.#engaged.delete(call)
    signal.removeEventListener('abort', onAbort)
    // What failed is told at once, and its caller ends the rest by the signal that it gave them.
    if (failure === undefined) await Promise.all(calls)
    if (failure !== undefined) throw failure.error
  }

  /** Begins again what has failed, for as long as the cluster is here: its kind may be installed tomorrow. */
  async #persist(handler: ClusterHandler, cluster: MemberCluster, signal: AbortSignal): Promise<void> {
    const { log, random } = this.#tools
    const stop = AbortSignal.any([signal, cluster.signal])
    for (let pause = FIRST_PAUSE; !stop.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        return await handler(cluster)
      } catch (error) {
        if (stop.aborted) return
        log.error('work on a cluster failed; it begins again', { cluster: cluster.name, error, inSeconds: pause / 1000 })
        await cluster.reachability.pause(pause * (1 + random() * 0.2), stop).catch(() => {})
      }
    }
  }

  async #end(member: MemberCluster): Promise<void> {
    const { name, parts } = member
    const reason = new Error(`cluster ${name} leaves`)
    // Its events go out, for they tell what has happened in it.
    for (const part of [parts.caches, parts.events, parts.reachability]) await part.stop(reason)
    this.#tools.instruments.watches.forget(name)
    this.#tools.log.info('a cluster has left', { cluster: name })
  }

  #start(member: MemberCluster, part: PartName): void {
    // They are promises in the background: none keeps another from starting.
    void member.parts[part].start()
  }

  #all(name: PartName): Part {
    const everybody = () => [...this.#members.values()].map(({ parts }) => parts[name])
    return {
      name,
      start: () => {
        this.#started.add(name)
        for (const member of this.#members.values()) this.#start(member, name)
      },
      stop: async (reason) => {
        this.#closed = true
        for (const name of [...this.#returning.keys()]) this.#stay(name)
        await Promise.all([...everybody().map((part) => part.stop(reason)), ...this.#leaving.values()])
      },
      get alive() {
        return everybody().flatMap(({ alive }) => alive)
      },
    }
  }
}
