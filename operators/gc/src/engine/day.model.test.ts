import { virtualClock } from '@kubewright/testing/virtual-clock'
import { formatTime, type KubeObject } from 'kubewright'
import { expect, test } from 'vitest'
import { FakeFacts } from '../fake/fake-facts.ts'
import { GarbageCollectionPolicy, type Policy } from '../kinds/policies.ts'
import { readPolicy } from '../policy/policy.ts'
import type { Step } from '../tracker/step.ts'
import { Tracker } from '../tracker/tracker.ts'
import type { HeldObjects } from './held.ts'
import { PolicyJudge } from './policy-judge.ts'

// A day of churn in virtual time, beside a model that looks at every object at every moment and knows no heap, no watch and no tracker.

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const GRAIN = 999
/** Mulberry32: the same day for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Spec = Parameters<typeof GarbageCollectionPolicy.of>[0]['spec']
const target = (app: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app } } })
const policies: Readonly<Record<string, Spec>> = {
  fixed: { targetResource: target('fixed'), ttl: { secondsAfterCreation: 1_800 } },
  own: { targetResource: target('own'), ttl: { fromObject: {}, secondsAfterCreation: 7_200 } },
  window: {
    targetResource: target('window'),
    ttl: { secondsAfterCreation: 600 },
    windows: [
      { from: '03:00', to: '05:00' },
      { from: '15:00', to: '15:30' },
    ],
  },
  aged: {
    targetResource: target('aged'),
    ttl: { secondsAfterCreation: 60 },
    conditions: {
      and: [
        { fieldPath: 'data.at', operator: 'OlderThan', value: '1h' },
        { fieldPath: 'data.hold', operator: 'DoesNotExist' },
      ],
    },
  },
  keep: { targetResource: target('keep'), ttl: { secondsAfterCreation: 300 }, keep: { newest: 3, groupBy: ['data.group'] } },
}

type Data = Readonly<Record<string, string>>
const dataOf = (object: KubeObject) => (object as { readonly data?: Data }).data ?? {}
const createdAt = ({ metadata }: KubeObject) => Date.parse(metadata.creationTimestamp!) + GRAIN

/** Whether the object may be gone by now, said naively. */
function allowed(object: KubeObject, all: readonly KubeObject[], now: number, wall: number): boolean {
  const created = createdAt(object)
  const { labels = {}, annotations = {} } = object.metadata
  if (annotations['gc.kubewright.dev/protect'] === 'true') return false
  switch (labels['app']) {
    case 'fixed':
      return now >= created + 1_800_000
    case 'own': {
      const ttl = annotations['kubewright.dev/ttl']
      if (ttl === 'never' || ttl === 'soon') return false
      return now >= created + (ttl === undefined ? 7_200_000 : Number(ttl) * 1_000)
    }
    case 'window': {
      // What the time of the day is, the operator's own clock says.
      const hour = (wall % (24 * HOUR)) / HOUR
      return now >= created + 600_000 && ((hour >= 3 && hour < 5) || (hour >= 15 && hour < 15.5))
    }
    case 'aged':
      return now >= created + 60_000 && dataOf(object)['hold'] === undefined && now >= Date.parse(dataOf(object)['at']!) + GRAIN + HOUR
    case 'keep': {
      const group = all
        .filter((each) => each.metadata.labels?.['app'] === 'keep' && dataOf(each)['group'] === dataOf(object)['group'])
        .sort((a, b) => createdAt(b) - createdAt(a) || (a.metadata.name! > b.metadata.name! ? -1 : 1))
      return group.indexOf(object) >= 3 && now >= created + 300_000
    }
    default:
      return false
  }
}

/** The server, the watches that tell of it late, and everything of the operator but its requests. */
class Day {
  readonly objects = new Map<string, KubeObject>()
  readonly tracker = new Tracker(() => 0.5)
  readonly runs: readonly {
    readonly key: string
    readonly app: string
    readonly judge: PolicyJudge
    readonly held: HeldObjects
    readonly seen: Map<string, KubeObject>
  }[]
  readonly #news: (() => void)[] = []
  readonly #skew: number
  /** The server's wall clock. */
  now = Date.UTC(2026, 0, 1)
  deleted = 0
  #version = 0

  /** `skew`: how far the operator's clock is behind the server's, ms. */
  constructor(skew: number) {
    this.#skew = skew
    const clock = { ...virtualClock(), now: () => this.instant.wall, monotonic: () => this.instant.mono }
    this.runs = Object.entries(policies).map(([key, spec]) => {
      const policy = GarbageCollectionPolicy.of({ metadata: { name: key, namespace: 'team', uid: key }, spec }) as Policy
      const reading = readPolicy(policy, { maxDeletionsPerSecond: 1_000, protection: { namespaces: [], allowedKinds: [] } })
      if ('problem' in reading) throw new Error(reading.problem.message)
      const { ready } = reading
      const world = new FakeFacts().open({ ...ready.needs, namespace: 'team', kind: 'ConfigMap', target: ready.target.kind }, () => {})
      const seen = new Map<string, KubeObject>()
      const held: HeldObjects = { is: 'objects', all: () => seen.values(), get: (name) => seen.get(name) }
      this.tracker.setPolicy(key, ready.mode, this.instant)
      const judge = new PolicyJudge({ key, ready, tracker: this.tracker, clock, world })
      judge.complete(new Set())
      return { key, app: key, judge, held, seen }
    })
  }

  get instant() {
    return { wall: this.now - this.#skew, mono: this.now - Date.UTC(2026, 0, 1) }
  }

  put(name: string, metadata: Partial<KubeObject['metadata']>, data: Data): void {
    const old = this.objects.get(name)
    const born = { uid: `u${++this.#version}`, creationTimestamp: formatTime(this.now) }
    const object = {
      ...{ data },
      metadata: { ...born, ...old?.metadata, ...metadata, name, namespace: 'team', resourceVersion: String(++this.#version) },
    }
    this.objects.set(name, object)
    this.#news.push(() => this.#tell(object, old))
  }

  remove(name: string): void {
    const old = this.objects.get(name)!
    this.objects.delete(name)
    this.#news.push(() => {
      for (const run of this.runs) this.#left(run, old)
    })
  }

  /** What happened is told, some of it. */
  deliver(count: number): void {
    for (const news of this.#news.splice(0, count)) news()
  }

  relist(): void {
    this.deliver(Number.POSITIVE_INFINITY)
    for (const object of this.objects.values()) this.#tell(object, undefined)
  }

  /** The operator works until the moment. */
  work(until: number): void {
    for (let steps = 0; ; steps++) {
      expect(steps, 'it does not come to rest').toBeLessThan(10_000)
      for (const run of this.runs) run.judge.refresh(run.held)
      const step = this.tracker.next(this.instant)
      if (step.do === 'delete') this.#delete(step)
      else if (step.do === 'fetch') {
        this.deliver(Number.POSITIVE_INFINITY)
        this.tracker.fetched(step.object.uid, this.instant)
      } else if (step.do === 'judge') {
        const run = this.runs.find(({ key }) => key === step.policy)!
        const object = run.seen.get(step.object.name)
        if (object?.metadata.uid === step.object.uid) run.judge.judge(object, run.held)
      } else {
        const ms = step.do === 'rest' ? Number.POSITIVE_INFINITY : Math.max(1, Math.min(step.ms, MINUTE))
        if (this.now + ms > until) break
        this.now += ms
      }
    }
    this.now = until
  }

  #delete(step: Step & { readonly do: 'delete' }): void {
    const object = this.objects.get(step.object.name)
    if (object?.metadata.uid !== step.object.uid) {
      this.tracker.answered(step, { is: object === undefined ? 'already-gone' : 'replaced' }, this.instant)
      return
    }
    if (object.metadata.resourceVersion !== step.object.resourceVersion) {
      this.tracker.answered(step, { is: 'changed' }, this.instant)
      return
    }
    expect(
      allowed(object, [...this.objects.values()], this.now, this.instant.wall),
      `${step.object.name} (${object.metadata.labels?.['app']}) at ${formatTime(this.now)}`,
    ).toBe(true)
    this.deleted++
    this.remove(step.object.name)
    this.tracker.answered(step, { is: 'gone' }, this.instant)
  }

  #tell(object: KubeObject, old: KubeObject | undefined): void {
    for (const run of this.runs) {
      if (object.metadata.labels?.['app'] === run.app) {
        const known = run.seen.get(object.metadata.name!)
        if (known !== undefined && known.metadata.uid !== object.metadata.uid) this.#left(run, known)
        run.seen.set(object.metadata.name!, object)
        run.judge.judge(object, run.held)
      } else if (old !== undefined) this.#left(run, old)
    }
  }

  #left(run: Day['runs'][number], old: KubeObject): void {
    if (run.seen.get(old.metadata.name!)?.metadata.uid !== old.metadata.uid) return
    run.seen.delete(old.metadata.name!)
    this.tracker.leave(run.key, old.metadata.uid!, this.instant)
    run.judge.left(old, run.held)
  }
}

const APPS = Object.keys(policies)

function change(day: Day, random: () => number, count: number): void {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!
  const existing = [...day.objects.keys()]
  const what = random()
  if (what < 0.5 || existing.length === 0) {
    const ttl = pick([undefined, '600', '3600', 'never', 'soon'])
    const annotations = ttl === undefined ? {} : { 'kubewright.dev/ttl': ttl }
    day.put(
      `o${count}`,
      { labels: { app: pick(APPS) }, annotations },
      { group: pick(['a', 'b']), at: formatTime(day.now - Math.floor(random() * 2 * HOUR)) },
    )
    return
  }
  const name = pick(existing)
  const object = day.objects.get(name)!
  const { labels = {}, annotations = {} } = object.metadata
  if (what < 0.6) {
    day.remove(name)
    // Under the same name, at once: another object.
    if (random() < 0.5) day.put(name, { labels, annotations: {} }, { group: 'a', at: formatTime(day.now) })
  } else if (what < 0.7) day.put(name, { labels: { app: pick(APPS) }, annotations }, dataOf(object))
  else if (what < 0.8)
    day.put(name, { labels, annotations: { ...annotations, 'gc.kubewright.dev/protect': pick(['true', 'false']) } }, dataOf(object))
  else if (what < 0.9)
    day.put(name, { labels, annotations: { ...annotations, 'kubewright.dev/ttl': pick(['60', '1200', 'never']) } }, dataOf(object))
  else day.put(name, { labels, annotations }, { ...dataOf(object), ...(random() < 0.5 ? { hold: 'x' } : { at: formatTime(day.now) }) })
}

const MINUTES = 24 * 60

test.each([
  [1, 0],
  [2, 0],
  [3, 10 * MINUTE],
  [4, 37_000],
])(
  'a day of churn (seed %i, clock %i ms behind): nothing goes that should stay, and what should go goes',
  { timeout: 60_000 },
  (seed, skew) => {
    const random = randomOf(seed)
    const day = new Day(skew)
    const dueSince = new Map<string, number>()
    for (let minute = 0; minute < MINUTES; minute++) {
      for (let n = Math.floor(random() * 4); n > 0; n--) change(day, random, minute * 10 + n)
      // Watches are late now and then, and now and then they begin anew. Who is pushed out of `keep` is decided by objects that were heard of.
      day.deliver(random() < 0.05 ? 1 : Number.POSITIVE_INFINITY)
      if (random() < 0.02) day.relist()
      day.work(day.now + MINUTE)
      for (const object of day.objects.values()) {
        const { uid = '', name = '' } = object.metadata
        if (!allowed(object, [...day.objects.values()], day.now, day.instant.wall)) dueSince.delete(uid)
        else if (!dueSince.has(uid)) dueSince.set(uid, day.now)
        else
          expect(day.now - dueSince.get(uid)!, `${name} should have gone by ${formatTime(day.now)}`).toBeLessThanOrEqual(skew + 2 * MINUTE)
      }
    }
    expect(day.deleted).toBeGreaterThan(200)
  },
)
