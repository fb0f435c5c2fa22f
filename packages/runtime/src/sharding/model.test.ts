// Any number of members, one server, and whatever happens: requests and answers that are late or lost, processes that stop for a while, die, come
// back or are stopped politely, clocks that do not run alike, work that takes long to end.
import type { Lease } from '@kubewright/client'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { positionOf } from './hash.ts'
import { type ShardFact, step, wakeAt } from './machine.ts'
import type { Territory } from './ring.ts'
import { beginning, type Request, type ShardContext, type ShardState, validFor } from './state.ts'

const times = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2_000 }
const ring = { name: 'op', namespace: 'sys' }
const FAMILIES = Array.from({ length: 24 }, (_, i) => positionOf('', 'example.dev', 'Website', 'shop', `site-${i}`))

/** The API server: Leases with an optimistic lock. */
class Server {
  readonly leases = new Map<string, Lease>()
  #revision = 0

  handle(request: Request): ShardFact {
    if (request.do === 'read') return { saw: 'leases', leases: [...this.leases.values()] }
    const { name = '', resourceVersion } = request.lease.metadata
    const stored = this.leases.get(name)
    if (request.do === 'create' ? stored !== undefined : stored?.metadata.resourceVersion !== resourceVersion) return { saw: 'failure' }
    if (request.do === 'delete') {
      this.leases.delete(name)
      return { saw: 'deleted' }
    }
    const metadata = {
      ...request.lease.metadata,
      uid: stored?.metadata.uid ?? `uid-${this.#revision}`,
      resourceVersion: String(++this.#revision),
    }
    const lease = { ...request.lease, metadata }
    this.leases.set(name, lease)
    return { saw: 'written', lease }
  }
}

interface Trouble {
  /** 0 to 1: requests, and answers, that never arrive. */
  readonly loss: number
  /** The longest way of a request or an answer, in ms. */
  readonly delay: number
  /** The longest time that work on lost families takes to end, in ms. */
  readonly drain: number
}

const calm: Trouble = { loss: 0, delay: 20, drain: 20 }

interface Due {
  readonly at: number
  readonly order: number
  readonly act: () => void
}

/** Time, and what is to happen. */
class World {
  now = 0
  trouble: Trouble = calm
  readonly server = new Server()
  readonly replicas: Replica[] = []
  readonly random: () => number
  readonly #due: Due[] = []
  #order = 0
  #events = 0

  constructor(seed: number) {
    let state = seed | 1
    this.random = () => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return (state >>> 0) / 2 ** 32
    }
  }

  at(time: number, act: () => void): void {
    this.#due.push({ at: Math.max(time, this.now), act, order: this.#order++ })
  }

  run(until: number, check: () => void): void {
    for (;;) {
      let first: Due | undefined
      for (const due of this.#due)
        if (first === undefined || due.at < first.at || (due.at === first.at && due.order < first.order)) first = due
      if (first === undefined || first.at > until) break
      this.#due.splice(this.#due.indexOf(first), 1)
      this.now = first.at
      // A machine that asks or wakes without end would be a busy loop.
      if (++this.#events > 200_000) throw new Error(`the clock hardly moves at ${this.now}`)
      first.act()
      check()
    }
    this.now = until
    check()
  }

  workers(family: number): readonly Replica[] {
    return this.replicas.filter((replica) => replica.worksOn(family))
  }
}

/** The shell around the machine, in this world's time. */
class Replica {
  readonly #world: World
  readonly identity: string
  readonly #rate: number
  readonly #draining = new Map<number, Territory>()
  #state: ShardState = beginning
  #life: 'running' | 'stopped' | 'dead' = 'running'
  #waiting: ShardFact[] = []
  #lives = 0

  constructor(world: World, identity: string) {
    this.#world = world
    this.identity = identity
    // Two machines' clocks do not run apart by more than one in a hundred.
    this.#rate = 1 + (world.random() - 0.5) / 100
    this.#take({ saw: 'time' })
  }

  /** It has ended, or is about to. */
  get isOver(): boolean {
    return this.#life === 'dead' || this.#state.standing.is === 'left'
  }

  /** By its own clock, at this very moment, whether it runs or not: it may be just about to write. */
  worksOn(family: number): boolean {
    if (this.#life === 'dead' || validFor(this.#state, times, this.#clock()) <= 0) return false
    return this.#state.territory.has(family) || [...this.#draining.values()].some((families) => families.has(family))
  }

  /** As SIGKILL. */
  kill(): void {
    this.#life = 'dead'
  }

  /** As SIGSTOP, or an event loop that is blocked. */
  pause(ms: number): void {
    if (this.#life !== 'running') return
    this.#life = 'stopped'
    this.#world.at(this.#world.now + ms, () => {
      if (this.#life === 'dead') return
      this.#life = 'running'
      const waiting = this.#waiting
      this.#waiting = []
      for (const fact of waiting) this.#take(fact)
      this.#take({ saw: 'time' })
    })
  }

  /** Finishes what it works on, and gives its Lease back. */
  leave(): void {
    if (this.#life !== 'running') return
    this.#take({ saw: 'leave' })
    const release = () => {
      if (this.#draining.size > 0) return this.#world.at(this.#world.now + 50, release)
      const lease = [...this.#world.server.leases.values()].find(({ spec }) => spec?.holderIdentity === this.identity)
      if (lease !== undefined && this.#life !== 'dead')
        this.#world.server.handle({ do: 'update', what: 'member', lease: { ...lease, spec: { ...lease.spec, holderIdentity: '' } } })
      this.#life = 'dead'
    }
    release()
  }

  #clock(): number {
    return this.#world.now * this.#rate + 1_000_000
  }

  #context(): ShardContext {
    const newId = () => `${this.identity}-life-${++this.#lives}`
    return { ring, identity: this.identity, placement: 'family', times, now: this.#clock(), wallNow: 0, random: this.#world.random, newId }
  }

  #take(fact: ShardFact): void {
    if (this.#life === 'dead') return
    if (this.#life === 'stopped') return void this.#waiting.push(fact)
    if (fact.saw === 'drained') this.#draining.delete(fact.drain)
    const asked = this.#state.asking
    const [state, effects] = step(this.#state, fact, this.#context())
    this.#state = state
    for (const effect of effects) {
      if (effect.do !== 'lose') continue
      this.#draining.set(effect.drain, effect.families)
      this.#after(this.#world.trouble.drain, () => this.#take({ saw: 'drained', drain: effect.drain }))
    }
    if (state.asking !== undefined && state.asking !== asked) this.#send(state.asking.request)
    const wake = wakeAt(state, times)
    if (Number.isFinite(wake)) this.#world.at((wake - 1_000_000) / this.#rate + 0.001, () => this.#wake(wake))
  }

  #wake(wake: number): void {
    if (this.#life === 'running' && wakeAt(this.#state, times) === wake && this.#clock() >= wake) this.#take({ saw: 'time' })
  }

  #send(request: Request): void {
    const { trouble, random } = this.#world
    let isAnswered = false
    const answer = (fact: ShardFact) => {
      if (isAnswered) return
      isAnswered = true
      this.#take(fact)
    }
    // What the client has given up may still arrive.
    this.#world.at(this.#world.now + 2_500, () => answer({ saw: 'failure' }))
    if (random() < trouble.loss) return
    this.#after(trouble.delay, () => {
      const fact = this.#world.server.handle(request)
      if (random() >= trouble.loss) this.#after(trouble.delay, () => answer(fact))
    })
  }

  #after(longest: number, act: () => void): void {
    this.#world.at(this.#world.now + this.#world.random() * longest, act)
  }
}

const disturbance = fc.record({
  pass: fc.integer({ min: 0, max: 9_000 }),
  who: fc.nat(),
  what: fc.oneof(
    { weight: 3, arbitrary: fc.constant({ is: 'start' } as const) },
    { weight: 2, arbitrary: fc.constant({ is: 'kill' } as const) },
    { weight: 1, arbitrary: fc.constant({ is: 'leave' } as const) },
    { weight: 3, arbitrary: fc.record({ is: fc.constant('pause' as const), ms: fc.integer({ min: 500, max: 30_000 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        is: fc.constant('trouble' as const),
        loss: fc.constantFrom(0, 0, 0.1, 0.5, 1),
        delay: fc.constantFrom(10, 500, 3_000, 20_000),
        drain: fc.constantFrom(10, 3_000, 20_000),
      }),
    },
  ),
})

const RUNS = 150

test('whatever happens, no family ever has two owners; and soon after it is over each has one', () => {
  let [checks, moves] = [0, 0]
  fc.assert(
    fc.property(fc.integer(), fc.array(disturbance, { maxLength: 30 }), (seed, disturbances) => {
      const world = new World(seed)
      const start = () => world.replicas.push(new Replica(world, `replica-${world.replicas.length}`))
      start()
      start()
      const check = () => {
        checks++
        for (const family of FAMILIES) {
          const workers = world.workers(family)
          if (workers.length > 1)
            expect.fail(`at ${world.now} both ${workers.map(({ identity }) => identity).join(' and ')} work on ${family}`)
        }
      }
      for (const { pass, who, what } of disturbances) {
        world.run(world.now + pass, check)
        const running = world.replicas.filter((replica) => !replica.isOver)
        const replica = running[who % Math.max(1, running.length)]
        moves++
        if (what.is === 'start' && running.length < 6) start()
        else if (what.is === 'kill') replica?.kill()
        else if (what.is === 'leave') replica?.leave()
        else if (what.is === 'pause') replica?.pause(what.ms)
        else if (what.is === 'trouble') world.trouble = what
        check()
      }
      world.trouble = calm
      if (world.replicas.every((replica) => replica.isOver)) start()
      // Requests of the troubled time are still on their way for 20 s, work of it goes on for as long, and who is stopped goes on after 30 s at most.
      world.run(world.now + 40_000, check)
      world.run(world.now + times.leaseDuration + 4 * times.retryPeriod, check)
      for (const family of FAMILIES) expect(world.workers(family).map(({ identity }) => identity)).toHaveLength(1)
    }),
    { numRuns: RUNS },
  )
  expect(checks).toBeGreaterThan(RUNS)
  expect(moves).toBeGreaterThan(RUNS)
}, 120_000)
