import { type VirtualClock, virtualClock } from '@kubewright/testing/virtual-clock'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FairnessOptions } from './fairness.ts'
import { type ItemBackoffOptions, itemBackoff } from './item-backoff.ts'
import { WorkQueue } from './work-queue.ts'

interface Wanted {
  priority: number
  stage: 'delayed' | 'ready' | 'again'
  /** Its place among the ready. */
  place: number
  due: number
  latest: number
  at: number
}

const NEVER = Number.POSITIVE_INFINITY
const KEYS = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'] as const
const tenantOf = (key: string) => key[0]!

/** No two delays of a run are the same to the last digit, so that the order in which they end is never a matter of taste. */
const distinct = (): ItemBackoffOptions => {
  let calls = 0
  return { jitter: 0.01, random: () => ++calls / 100_003 }
}

/** The queue, written down as slowly and plainly as possible. */
class Model {
  readonly waiting = new Map<string, Wanted>()
  readonly running = new Set<string>()
  readonly limiter = itemBackoff(distinct())
  state: 'open' | 'held' | 'shut' = 'open'
  now = 0
  places = 0
  readonly perTenant: number
  /** Hand-outs of its priority that a tenant with something ready has watched since its own last one. */
  readonly watched = new Map<string, number>()

  constructor(perTenant: number) {
    this.perTenant = perTenant
  }

  add(key: string, priority: number): void {
    if (this.state === 'shut') return
    const item = this.#wanted(key, priority)
    if (item.stage === 'delayed') this.#ready(key, item)
  }

  addAfter(key: string, ms: number, priority: number): void {
    if (this.state === 'shut') return
    if (ms <= 0) {
      this.add(key, priority)
      return
    }
    const item = this.#wanted(key, priority)
    item.due = Math.min(item.due, this.now + ms)
    item.at = Math.min(item.at, item.due)
  }

  addDebounced(key: string, ms: number, maxWait: number): void {
    if (this.state === 'shut') return
    const item = this.#wanted(key, 0)
    item.latest = Math.min(item.latest, this.now + maxWait)
    item.at = Math.min(item.due, item.latest, this.now + ms)
  }

  advance(ms: number): void {
    this.now += ms
    const over = [...this.waiting].filter(([, { stage, at }]) => stage === 'delayed' && at <= this.now)
    for (const [key, item] of over.sort(([, a], [, b]) => a.at - b.at)) this.#ready(key, item)
  }

  /** Whatever may be handed out now: of each tenant the first of the highest priority. */
  choices(): readonly string[] {
    if (this.state === 'held') return []
    const load = (tenant: string) => [...this.running].filter((key) => tenantOf(key) === tenant).length
    const ready = [...this.waiting].filter(([key, { stage }]) => stage === 'ready' && load(tenantOf(key)) < this.perTenant)
    const highest = Math.max(...ready.map(([, { priority }]) => priority))
    const first = new Map<string, string>()
    for (const [key] of ready.filter(([, item]) => item.priority === highest).sort(([, a], [, b]) => a.place - b.place))
      if (!first.has(tenantOf(key))) first.set(tenantOf(key), key)
    return [...first.values()]
  }

  handedOut(key: string): void {
    for (const other of this.choices()) this.watched.set(tenantOf(other), (this.watched.get(tenantOf(other)) ?? 0) + 1)
    this.watched.delete(tenantOf(key))
    this.waiting.delete(key)
    this.running.add(key)
  }

  done(key: string): void {
    this.running.delete(key)
    const again = this.waiting.get(key)
    if (again?.stage === 'again') this.#ready(key, again)
  }

  shutDown(drain: boolean): void {
    for (const [key, { stage }] of this.waiting) if (stage === 'delayed' || !drain || this.state === 'held') this.waiting.delete(key)
    this.state = 'shut'
  }

  count(stage: Wanted['stage']): number {
    return [...this.waiting.values()].filter((item) => item.stage === stage).length
  }

  #wanted(key: string, priority: number): Wanted {
    const known = this.waiting.get(key)
    if (known === undefined) {
      const made: Wanted = { priority, stage: 'delayed', place: 0, due: NEVER, latest: NEVER, at: NEVER }
      this.waiting.set(key, made)
      return made
    }
    if (priority > known.priority) {
      known.priority = priority
      known.place = ++this.places
    }
    return known
  }

  #ready(key: string, item: Wanted): void {
    item.stage = this.running.has(key) ? 'again' : 'ready'
    item.place = ++this.places
  }
}

interface Real {
  readonly queue: WorkQueue
  readonly clock: VirtualClock
}
class Step implements fc.AsyncCommand<Model, Real> {
  readonly #text: string
  readonly #act: (model: Model, real: Real) => void | Promise<void>
  constructor(text: string, act: (model: Model, real: Real) => void | Promise<void>) {
    this.#text = text
    this.#act = act
  }
  check = () => true
  toString = () => this.#text
  async run(model: Model, real: Real): Promise<void> {
    await this.#act(model, real)
    const { ready, again, delayed, running, failing } = real.queue.census()
    expect({ ready, again, delayed, running, failing }).toEqual({
      ready: model.count('ready'),
      again: model.count('again'),
      delayed: model.count('delayed'),
      running: model.running.size,
      failing: model.limiter.size,
    })
  }
}

async function take(model: Model, { queue }: Real): Promise<void> {
  const choices = model.choices()
  // A worker that is told to stop right away: it gets what is there, and does not wait.
  const impatient = new AbortController()
  const taken = queue.get({ signal: impatient.signal })
  impatient.abort()
  const item = await taken
  if (choices.length === 0) {
    expect(item).toBeUndefined()
    return
  }
  expect(choices).toContain(item?.key)
  expect(item?.priority).toBe(model.waiting.get(item!.key)!.priority)
  expect(model.running).not.toContain(item!.key)
  model.handedOut(item!.key)
  // Three tenants, and at most one turn lost to each hand-out in another class.
  for (const watched of model.watched.values()) expect(watched).toBeLessThan(6)
}

function finish(model: Model, { queue }: Real, which: number): void {
  const key = [...model.running][which % model.running.size]
  if (key === undefined) return
  queue.done(key)
  model.done(key)
}

const key = fc.constantFrom(...KEYS)
const priority = fc.constantFrom(0, 0, -100, 5)
/** Thousands of a millisecond make all of them different; the steps on the clock are whole. */
const ms = fc.integer({ min: 1, max: 300_000 }).map((thousandths) => thousandths / 1000 + 1e-7)
const commands = [
  fc.tuple(key, priority).map(
    ([key, priority]) =>
      new Step(`add(${key}, ${priority})`, (model, { queue }) => {
        queue.add(key, { priority })
        model.add(key, priority)
      }),
  ),
  fc.tuple(key, fc.oneof(ms, fc.constant(-1)), priority).map(
    ([key, ms, priority]) =>
      new Step(`addAfter(${key}, ${ms}, ${priority})`, (model, { queue }) => {
        queue.addAfter(key, ms, { priority })
        model.addAfter(key, ms, priority)
      }),
  ),
  fc.tuple(key, priority).map(
    ([key, priority]) =>
      new Step(`addRateLimited(${key}, ${priority})`, (model, { queue }) => {
        queue.addRateLimited(key, { priority })
        if (model.state !== 'shut') model.addAfter(key, model.limiter.when(key), priority)
      }),
  ),
  fc.tuple(key, ms, ms).map(
    ([key, ms, more]) =>
      new Step(`addDebounced(${key}, ${ms}, ${ms + more})`, (model, { queue }) => {
        queue.addDebounced(key, ms, { maxWait: ms + more })
        model.addDebounced(key, ms, ms + more)
      }),
  ),
  fc.integer({ min: 1, max: 400 }).map(
    (ms) =>
      new Step(`advance(${ms})`, async (model, { clock }) => {
        await clock.advance(ms)
        model.advance(ms)
      }),
  ),
  fc.constant(new Step('take', take)),
  fc.constant(new Step('take', take)),
  fc.nat(3).map((which) => new Step(`finish(${which})`, (model, real) => finish(model, real, which))),
  fc.nat(3).map((which) => new Step(`finish(${which})`, (model, real) => finish(model, real, which))),
  key.map(
    (key) =>
      new Step(`remove(${key})`, (model, { queue }) => {
        queue.remove(key)
        model.waiting.delete(key)
        model.limiter.forget(key)
      }),
  ),
  fc.constantFrom('a', 'b').map(
    (tenant) =>
      new Step(`takeOut(${tenant})`, (model, { queue }) => {
        const lost = [...model.waiting.keys()].filter((key) => tenantOf(key) === tenant)
        expect(queue.takeOut((key) => tenantOf(key) === tenant)).toBe(lost.length)
        for (const key of lost) {
          model.waiting.delete(key)
          model.limiter.forget(key)
        }
      }),
  ),
  fc.constant(
    new Step('hold', (model, { queue }) => {
      queue.hold()
      if (model.state === 'open') model.state = 'held'
    }),
  ),
  fc.constant(
    new Step('release', (model, { queue }) => {
      queue.release()
      if (model.state === 'held') model.state = 'open'
    }),
  ),
]
const shutDown = fc.boolean().map(
  (drain) =>
    new Step(`shutDown({ drain: ${drain} })`, (model, { queue }) => {
      queue.shutDown({ drain })
      model.shutDown(drain)
    }),
)

async function begin(plan: Iterable<fc.AsyncCommand<Model, Real>>, fairness: FairnessOptions) {
  const clock = virtualClock()
  const model = new Model(fairness.perTenant ?? NEVER)
  const queue = new WorkQueue({ clock, fairness: { ...fairness, tenantOf }, rateLimiter: itemBackoff(distinct()) })
  await fc.asyncModelRun(() => ({ model, real: { queue, clock } }), plan)
  return { clock, model, queue }
}

const fairness = fc
  .record({ perTenant: fc.constantFrom(undefined, 1, 2), share: fc.constant('keys' as const) })
  .map(({ perTenant, share }): FairnessOptions => (perTenant === undefined ? { share } : { share, perTenant }))

test('the queue does what the plain model of it does, whatever is asked of it; in the end every wanted key has run and nothing is kept', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 80, size: 'max' }), fairness, async (plan, options) => {
      const { clock, model, queue } = await begin(plan, options)
      queue.release()
      model.state = 'open'
      await clock.advance(10_000_000)
      model.advance(10_000_000)
      while (model.waiting.size + model.running.size > 0) {
        await take(model, { queue, clock })
        finish(model, { queue, clock }, 0)
      }
      for (const key of KEYS) queue.forget(key)
      expect(queue.census()).toEqual({ ready: 0, again: 0, delayed: 0, running: 0, failing: 0, tenants: 0 })
      expect(clock.pending).toBe(0)
      await queue.drained()
    }),
    { numRuns: 150 },
  )
})

test('a shut down at any moment loses nothing that was ready, unless it is told to', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands([...commands, shutDown], { maxCommands: 80, size: 'max' }), fairness, async (plan, options) => {
      const { clock, model, queue } = await begin(plan, options)
      queue.shutDown()
      model.shutDown(true)
      while (model.waiting.size + model.running.size > 0) {
        await take(model, { queue, clock })
        finish(model, { queue, clock }, 0)
      }
      expect(await queue.get()).toBeUndefined()
      expect(queue.census()).toMatchObject({ ready: 0, again: 0, delayed: 0, running: 0, tenants: 0 })
      expect(clock.pending).toBe(0)
      await queue.drained()
    }),
    { numRuns: 150 },
  )
})

test('workers that wait get every key, each after its last add, and never one key two at a time', async () => {
  const move = fc.oneof(
    fc.record({ do: fc.constant('add' as const), key, priority }),
    fc.record({ do: fc.constant('addAfter' as const), key, ms }),
    fc.record({ do: fc.constant('finish' as const), which: fc.nat(3) }),
    fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 60 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), async (moves, workers) => {
      const clock = virtualClock()
      const queue = new WorkQueue({ clock, fairness: { tenantOf, share: 'time' } })
      const stop = new AbortController()
      const running = new Map<string, () => void>()
      const addedAt = new Map<string, number>()
      const ranAt = new Map<string, number>()
      let moment = 0
      const work = async () => {
        for (let item = await queue.get({ signal: stop.signal }); item !== undefined; item = await queue.get({ signal: stop.signal })) {
          const { key } = item
          expect(running.has(key)).toBe(false)
          ranAt.set(key, moment++)
          await new Promise<void>((resolve) => running.set(key, resolve))
          running.delete(key)
          queue.done(key)
        }
      }
      const team = Array.from({ length: workers }, work)
      const finishOne = (which: number) => [...running.values()][which % Math.max(1, running.size)]?.()
      for (const step of moves) {
        if (step.do === 'finish') finishOne(step.which)
        else if (step.do === 'advance') await clock.advance(step.ms)
        else {
          addedAt.set(step.key, moment++)
          if (step.do === 'add') queue.add(step.key, { priority: step.priority })
          else queue.addAfter(step.key, step.ms)
        }
        await Promise.resolve()
      }
      await clock.advance(1_000)
      for (let left = 0; left < 200 && (running.size > 0 || queue.length > 0); left++) {
        finishOne(left)
        await clock.advance(1)
      }
      for (const [added, at] of addedAt) expect(ranAt.get(added) ?? -1, `${added} was added at ${at}`).toBeGreaterThan(at)
      stop.abort()
      await Promise.all(team)
      expect(queue.census()).toMatchObject({ ready: 0, delayed: 0, running: 0, tenants: 0 })
    }),
    { numRuns: 100 },
  )
})
