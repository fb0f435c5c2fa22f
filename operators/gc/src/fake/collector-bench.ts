import { settle, type VirtualClock, virtualClock } from '@kubewright/testing/virtual-clock'
import { silentLogger } from 'kubewright'
import { afterEach, beforeEach, expect } from 'vitest'
import type { DeletionRecord } from '../audit/audit.ts'
import type { BackupBucket } from '../bucket/bucket.ts'
import { Collector, type CollectorOptions } from '../engine/collector.ts'
import type { TargetSource } from '../engine/target-source.ts'
import { ClusterGarbageCollectionPolicy, GarbageCollectionPolicy, type Policy, type PolicyStatus } from '../kinds/policies.ts'
import type { Meter } from '../metrics/meter.ts'
import type { PolicyProblem } from '../policy/policy.ts'
import { FakeCluster } from './fake-cluster.ts'
import { FakeFacts } from './fake-facts.ts'
import { FakeReachability } from './fake-reachability.ts'

const ignore = () => {}
export const silentMeter: Meter = {
  policies: ignore,
  standing: ignore,
  requested: ignore,
  deleted: ignore,
  backedUp: ignore,
  error: ignore,
  evaluated: ignore,
  watching: ignore,
  leading: ignore,
  skew: ignore,
  forget: ignore,
}

type SpecInput = Parameters<typeof GarbageCollectionPolicy.of>[0]['spec']
type Spec = { [F in keyof SpecInput]?: SpecInput[F] | undefined }

/** For tests: a collector on a fake cluster, in virtual time. */
export class CollectorBench {
  clock!: VirtualClock
  cluster!: FakeCluster
  facts!: FakeFacts
  collector!: Collector
  stop!: AbortController
  readonly #shared: (source: TargetSource) => TargetSource
  reachability!: FakeReachability
  leads = true
  doubt: string | undefined
  policiesKnown = true
  schemaProblem: PolicyProblem | undefined
  bucket: BackupBucket | undefined
  readonly said: string[] = []
  readonly events: string[] = []
  readonly audited: DeletionRecord[] = []
  readonly notices: string[] = []
  /** What became of what was to be kept. */
  readonly backups: ('kept' | 'failed')[] = []
  running!: Promise<void>
  #generation = 1

  /** `source`: what stands between the collector and the cluster's watches. */
  constructor({ source = (watches) => watches }: { readonly source?: (source: TargetSource) => TargetSource } = {}) {
    this.#shared = source
  }

  begin(): void {
    this.clock = virtualClock()
    this.cluster = new FakeCluster(this.clock)
    this.facts = new FakeFacts()
    this.reachability = new FakeReachability(this.clock)
    this.leads = true
    this.doubt = undefined
    this.policiesKnown = true
    this.schemaProblem = undefined
    this.#generation = 1
    for (const list of [this.said, this.events, this.audited, this.notices, this.backups]) list.length = 0
    this.start()
  }

  start(options: Partial<CollectorOptions> = {}): void {
    this.stop = new AbortController()
    this.collector = new Collector(
      {
        client: this.cluster.client,
        source: this.#shared(this.cluster.source),
        facts: this.facts,
        clock: this.clock,
        log: { ...silentLogger, info: (message) => this.said.push(message), warn: (message) => this.said.push(`WARN ${message}`) },
        meter: { ...silentMeter, backedUp: (_, { is }) => this.backups.push(is) },
        announce: (policy, { reason, note }) => this.events.push(`${policy.metadata.name} ${reason}: ${note}`),
        audit: (record) => this.audited.push(record),
        notify: (object, note) => this.notices.push(`${object.metadata.name}: ${note}`),
        timeInDoubt: () => this.doubt,
        random: () => 0,
        mayAct: () => this.leads,
        reachability: this.reachability,
        policiesKnown: () => this.policiesKnown,
        schemaProblem: () => this.schemaProblem,
        bucket: this.bucket,
        abandon: new AbortController().signal,
      },
      { concurrency: 16, maxDeletionsPerSecond: 1_000, protection: { namespaces: ['kube-*'], allowedKinds: [] }, ...options },
    )
    this.running = this.collector.run(this.stop.signal)
  }

  /** Ends this collector, and with `start` another goes on. */
  async end(): Promise<void> {
    this.stop.abort(new Error('the test is over'))
    await settle()
    await this.running
  }

  policyOf(spec: Spec = {}, metadata: object = {}): Policy {
    return GarbageCollectionPolicy.of({
      metadata: { name: 'p', namespace: 'team', uid: 'policy', generation: this.#generation, ...metadata },
      spec: {
        targetResource: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'x' } } },
        ttl: { secondsAfterCreation: 10 },
        ...(spec as Partial<SpecInput>),
      },
    })
  }

  async apply(spec: Spec = {}, metadata: object = {}): Promise<Policy> {
    const policy = this.policyOf(spec, metadata)
    this.#generation++
    this.collector.setPolicy(policy)
    await settle()
    return policy
  }

  async applyToCluster(spec: Spec, metadata: object = {}): Promise<Policy> {
    const { spec: filled } = this.policyOf(spec)
    const policy = ClusterGarbageCollectionPolicy.of({
      metadata: { name: 'c', uid: 'cluster-policy', generation: 1, ...metadata },
      spec: filled,
    })
    this.collector.setPolicy(policy)
    await settle()
    return policy
  }

  configMap(name: string, metadata: object = {}, fields: object = {}) {
    return this.cluster.put('ConfigMap', name, { labels: { app: 'x' }, ...metadata }, fields)
  }

  left(): string[] {
    return this.cluster.names('ConfigMap')
  }

  statuses(name = 'p'): PolicyStatus[] {
    return this.cluster.requests
      .filter((request) => request.verb === 'patch' && request.kind.endsWith('Policy') && request.name === name)
      .map(({ body }) => (body as { status: PolicyStatus }).status)
  }

  condition(type: string, name = 'p') {
    return this.statuses(name)
      .at(-1)
      ?.conditions?.find((each) => each.type === type)
  }
}

/** A bench for each test of a file; at the end of each nothing may be left behind. */
export function useCollector(options: ConstructorParameters<typeof CollectorBench>[0] = {}): CollectorBench {
  const bench = new CollectorBench(options)
  beforeEach(() => bench.begin())
  afterEach(async () => {
    await bench.end()
    expect(bench.cluster.watches, 'a watch was left behind').toBe(0)
    expect(bench.facts.held, 'facts are still asked for').toBe(0)
  })
  return bench
}
