// Every order in which two replicas, crashes, lost answers and refused writes can meet, as far as a few keys and crashes reach. Time gives no
// protection here: a replica that has lost the lead may go on whenever it likes.
import { expect, test } from 'vitest'
import { EMPTY_LEDGER, type Ledger } from './ledger.ts'
import { SETTLE } from './lost-key.ts'
import { decide, type Facts, type SecretView, type Step, type Wish } from './protocol.ts'

interface World {
  readonly live: readonly string[]
  readonly made: readonly string[]
  readonly ledger: Ledger
  readonly ledgerVersion: number
  readonly secret: SecretView
  readonly secretVersion: number
  readonly creations: number
  readonly nonces: number
}

type Actor =
  | { readonly is: 'looking' }
  | { readonly is: 'acting'; readonly step: Step; readonly ledgerVersion: number; readonly secretVersion: number }
  | { readonly is: 'holding'; readonly id: string; readonly intent: string }
  | { readonly is: 'dead' }

interface Process {
  readonly me: string
  readonly attempted: readonly string[]
  readonly actor: Actor
}

interface State {
  readonly world: World
  readonly processes: readonly [Process, Process]
  readonly faults: number
  readonly starts: number
}

/** The time never moves and is always past every wait. */
const NOW = SETTLE * 4
const STARTED = 0

interface Scenario {
  readonly name: string
  readonly wish: Wish
  readonly start: Pick<World, 'live' | 'made' | 'ledger' | 'secret'>
  readonly faults: number
  readonly creations: number
}

const wish: Wish = { dueAt: () => undefined, retention: SETTLE * 100, rotateNow: false, active: true, foreignKeys: 'Report' }

function facts(world: World, { me, attempted }: Process, scenario: Scenario): Facts {
  const isNew = !world.ledger.keys.some(({ id, state }) => state === 'Current' && id.startsWith('k'))
  return {
    now: NOW,
    me,
    attempted: (nonce) => attempted.includes(nonce),
    // Every intent is long ago, and none is forgotten.
    ledger: withTimes(world.ledger),
    secret: world.secret,
    live: world.live.map((id) => ({ id, active: true, createdAt: undefined })),
    // Who makes a key tries it out.
    lastUse: (id) => (id.startsWith('foreign') ? NOW : STARTED + 5_000),
    wish: { ...scenario.wish, rotateNow: scenario.wish.rotateNow && isNew },
    newNonce: () => `n${world.nonces + 1}`,
  }
}

const withTimes = ({ keys, pending, recent }: Ledger): Ledger => ({
  keys: keys.map((key) => ({ ...key, createdAt: STARTED - 1_000_000, ...(key.expiresAt !== undefined && { expiresAt: key.expiresAt }) })),
  ...(pending !== undefined && { pending: { ...pending, at: STARTED } }),
  recent: recent.map((intent) => ({ ...intent, at: STARTED })),
})

type Outcome = { readonly world: World; readonly actor: Actor; readonly attempted?: string }

/** What a step does when it gets through. `undefined`: refused by its precondition. */
function perform(world: World, actor: Actor): Outcome | undefined {
  const looking: Actor = { is: 'looking' }
  if (actor.is === 'holding') {
    const { secret } = world
    if (secret.is !== 'ours' || secret.intent !== actor.intent) return undefined
    const published = { id: actor.id, intent: actor.intent, at: NOW }
    return { world: { ...world, secret: { ...secret, published, intact: true }, secretVersion: world.secretVersion + 1 }, actor: looking }
  }
  if (actor.is !== 'acting') return undefined
  const { step } = actor
  switch (step.do) {
    case 'prepare secret':
      if (world.secret.is !== 'absent') return undefined
      return {
        world: {
          ...world,
          secret: { is: 'ours', intent: undefined, published: undefined, intact: true },
          secretVersion: world.secretVersion + 1,
        },
        actor: looking,
      }
    case 'adopt secret': {
      if (world.secret.is !== 'foreign' || world.secretVersion !== actor.secretVersion) return undefined
      const adopted = { id: step.key.id, intent: 'adopted', at: STARTED - 1_000_000 }
      const secret = { is: 'ours' as const, intent: undefined, published: adopted, intact: true }
      return { world: { ...world, secret, secretVersion: world.secretVersion + 1 }, actor: looking }
    }
    case 'mark secret':
      if (world.secret.is !== 'ours' || world.secretVersion !== actor.secretVersion) return undefined
      return {
        world: { ...world, secret: { ...world.secret, intent: step.intent }, secretVersion: world.secretVersion + 1 },
        actor: looking,
      }
    case 'record': {
      if (world.ledgerVersion !== actor.ledgerVersion) return undefined
      const nonces = step.because === 'intended' ? world.nonces + 1 : world.nonces
      return { world: { ...world, ledger: step.ledger, ledgerVersion: world.ledgerVersion + 1, nonces }, actor: looking }
    }
    case 'create': {
      if (world.live.length >= 2) return undefined
      const id = `k${world.creations + 1}`
      const made = { ...world, live: [...world.live, id], made: [...world.made, id], creations: world.creations + 1 }
      return { world: made, actor: { is: 'holding', id, intent: step.intent }, attempted: step.intent }
    }
    case 'delete':
      return { world: { ...world, live: world.live.filter((id) => id !== step.id) }, actor: looking }
    case 'activate':
    case 'deactivate':
      return { world, actor: looking }
    case 'wait':
    case 'give up':
    case 'nothing':
      return { world, actor: looking }
  }
}

const rests = (step: Step) => step.do === 'wait' || step.do === 'give up' || step.do === 'nothing'

function* next(state: State, scenario: Scenario): Generator<State> {
  for (const which of [0, 1] as const) {
    const process = state.processes[which]
    const { actor } = process
    const put = (changed: Process, world = state.world, faults = state.faults, starts = state.starts): State => ({
      ...{ world, faults, starts },
      processes: which === 0 ? [changed, state.processes[1]] : [state.processes[0], changed],
    })
    const canFail = state.faults < scenario.faults
    const crashed: Process = { me: `p${state.starts + 1}`, attempted: [], actor: { is: 'looking' } }
    if (actor.is === 'looking') {
      const step = decide(facts(state.world, process, scenario))
      if (rests(step)) continue
      if (step.do === 'create' && state.world.creations >= scenario.creations) continue
      // Two replicas without time could take an intent from each other for ever.
      if (step.do === 'record' && step.because === 'intended' && state.world.nonces >= scenario.creations) continue
      const { ledgerVersion, secretVersion } = state.world
      yield put({ ...process, actor: { is: 'acting', step, ledgerVersion, secretVersion } })
      continue
    }
    const done = perform(state.world, actor)
    const attempted = actor.is === 'acting' && actor.step.do === 'create' ? [...process.attempted, actor.step.intent] : process.attempted
    if (done !== undefined) {
      yield put({ ...process, attempted, actor: done.actor }, done.world)
      if (canFail) {
        // It had its effect, and the answer is lost: with the process, or without.
        yield put(crashed, done.world, state.faults + 1, state.starts + 1)
        yield put({ ...process, attempted, actor: { is: 'looking' } }, done.world, state.faults + 1)
      }
    }
    if (done === undefined || canFail) {
      // Refused. A key that is in hand then is removed by its maker, when the refusal is certain.
      const faults = done === undefined ? state.faults : state.faults + 1
      if (actor.is === 'holding') {
        const removed = { ...state.world, live: state.world.live.filter((id) => id !== actor.id) }
        if (done === undefined) yield put({ ...process, attempted, actor: { is: 'looking' } }, removed, faults)
        else yield put({ ...process, attempted, actor: { is: 'looking' } }, state.world, faults)
      } else yield put({ ...process, attempted, actor: { is: 'looking' } }, state.world, faults)
      if (canFail) yield put(crashed, state.world, state.faults + 1, state.starts + 1)
    }
  }
}

function check({ world }: State, scenario: Scenario): void {
  const { live, ledger, secret } = world
  const published = secret.is === 'ours' ? secret.published?.id : undefined
  if (published !== undefined && !live.includes(published)) throw new Error(`the published key ${published} does not exist`)
  const known = new Set([...ledger.keys.map(({ id }) => id), published])
  const intents = [...(ledger.pending === undefined ? [] : [ledger.pending]), ...ledger.recent]
  for (const id of world.made)
    if (live.includes(id) && !known.has(id) && !intents.some(({ baseline }) => !baseline.includes(id)))
      throw new Error(`nobody knows of the key ${id}`)
  for (const id of scenario.start.live)
    if (id.startsWith('foreign') && !live.includes(id)) throw new Error(`the key ${id} of somebody else was deleted`)
}

/** One process alone, that nothing happens to: it comes to rest with one current key, published, and no other of ours that is not in the ledger. */
function checkOutcome(state: State, scenario: Scenario): void {
  let world = state.world
  let process: Process = { me: 'last', attempted: [], actor: { is: 'looking' } }
  for (let steps = 0; steps < 60; steps++) {
    if (process.actor.is === 'looking') {
      const step = decide(facts(world, process, scenario))
      if (rests(step)) {
        const { ledger, secret, live } = world
        const current = ledger.keys.filter(({ state: is }) => is === 'Current')
        expect(step.do).toBe('nothing')
        expect(current).toHaveLength(1)
        expect(secret).toMatchObject({ is: 'ours', published: { id: current[0]!.id } })
        expect(live.filter((id) => world.made.includes(id) && !ledger.keys.some((key) => key.id === id))).toEqual([])
        return
      }
      process = { ...process, actor: { is: 'acting', step, ledgerVersion: world.ledgerVersion, secretVersion: world.secretVersion } }
      continue
    }
    const done = perform(world, process.actor)
    const attempted =
      process.actor.is === 'acting' && process.actor.step.do === 'create'
        ? [...process.attempted, process.actor.step.intent]
        : process.attempted
    process = { ...process, attempted, actor: done?.actor ?? { is: 'looking' } }
    world = done?.world ?? world
  }
  throw new Error('it does not come to rest')
}

/** States that differ only in numbers which nobody looks at are one: what counts of a version is whether it is still that of the world. */
function keyOf({ world, processes, faults }: State): string {
  const { ledgerVersion, secretVersion, ...rest } = world
  const { pending } = world.ledger
  const by = pending === undefined ? -1 : processes.findIndex(({ me }) => me === pending.by)
  const ledger = pending === undefined ? world.ledger : { ...world.ledger, pending: { ...pending, by } }
  const seen = processes.map(({ attempted, actor }) => ({
    attempted: pending !== undefined && attempted.includes(pending.nonce),
    actor: actor.is === 'acting' ? [actor.step, actor.ledgerVersion === ledgerVersion, actor.secretVersion === secretVersion] : actor,
  }))
  return JSON.stringify([{ ...rest, ledger }, seen, faults])
}

function explore(scenario: Scenario): number {
  const world: World = { ...scenario.start, ledgerVersion: 0, secretVersion: 0, creations: 0, nonces: 0 }
  const first: State = {
    ...{ world, faults: 0, starts: 2 },
    processes: [
      { me: 'p1', attempted: [], actor: { is: 'looking' } },
      { me: 'p2', attempted: [], actor: { is: 'looking' } },
    ],
  }
  const seen = new Set<string>([keyOf(first)])
  const outcomes = new Set<string>()
  const open = [first]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    check(state, scenario)
    const { ledgerVersion: _, secretVersion: __, ...rest } = state.world
    const key = JSON.stringify(rest)
    if (!outcomes.has(key)) {
      outcomes.add(key)
      checkOutcome(state, scenario)
    }
    for (const following of next(state, scenario)) {
      const text = keyOf(following)
      if (seen.has(text)) continue
      seen.add(text)
      open.push(following)
    }
  }
  return seen.size
}

const published = { id: 'a', intent: 'n0', at: STARTED - 1_000_000 }
const stable = {
  made: ['a'],
  ledger: { keys: [{ id: 'a', state: 'Current' as const, createdAt: 0 }], recent: [] },
  secret: { is: 'ours' as const, intent: 'n0', published, intact: true },
}

test.each<Scenario>([
  { name: 'the first key', wish, start: { live: [], made: [], ledger: EMPTY_LEDGER, secret: { is: 'absent' } }, faults: 3, creations: 2 },
  {
    name: "the first key, of a user with somebody else's key",
    wish,
    start: { live: ['foreign'], made: [], ledger: EMPTY_LEDGER, secret: { is: 'absent' } },
    faults: 3,
    creations: 2,
  },
  { name: 'a rotation', wish: { ...wish, rotateNow: true }, start: { live: ['a'], ...stable }, faults: 3, creations: 2 },
  {
    name: 'a Secret that is taken over with its key, and is to be rotated',
    wish: { ...wish, rotateNow: true },
    start: { live: ['a'], made: [], ledger: EMPTY_LEDGER, secret: { is: 'foreign', offered: 'a' } },
    faults: 3,
    creations: 2,
  },
  {
    name: 'a status that was lost',
    wish,
    start: { live: ['a'], ...stable, ledger: EMPTY_LEDGER },
    faults: 3,
    creations: 2,
  },
])(
  '4.6-1 4.6-4 4.6-17 no key is lost, leaked or handed out dead, whatever fails: $name',
  (scenario) => {
    const states = explore(scenario)
    console.log(`key protocol, ${scenario.name}: ${states} states`)
    expect(states).toBeGreaterThan(10)
  },
  120_000,
)
