import type { Clock, KubeObject } from 'kubewright'
import type { FactChange, World } from '../facts/fact-source.ts'
import { type Context, type Facts, known, unknown } from '../facts/facts.ts'
import { type Ranked, Ranking } from '../groups/ranking.ts'
import { sayAgain } from '../judgement/due-time.ts'
import { counts } from '../judgement/judge.ts'
import type { Opinion } from '../judgement/opinion.ts'
import type { ReadyPolicy } from '../policy/policy.ts'
import type { Instant } from '../tracker/step.ts'
import type { Sighting } from '../tracker/tracked-object.ts'
import type { Tracker } from '../tracker/tracker.ts'
import type { HeldObjects } from './held.ts'

export interface PolicyJudgeEnvironment {
  readonly key: string
  readonly ready: ReadyPolicy
  readonly tracker: Tracker
  readonly clock: Clock
  readonly world: World
  /** Called with each word that the tracker is told. */
  readonly judged?: (object: KubeObject, opinion: Opinion) => void
}

/** Puts each object before its policy, together with what is known around it, and tells the tracker the word. */
export class PolicyJudge {
  readonly #environment: PolicyJudgeEnvironment
  readonly #facts: Facts
  readonly #ranking: Ranking | undefined
  readonly #heldSince = new Map<string, number>()
  /** Namespaces whose objects are to be judged again; `undefined` in it: all. */
  readonly #outdated = new Set<string | undefined>()
  #complete = false

  constructor(environment: PolicyJudgeEnvironment) {
    this.#environment = environment
    const { code } = environment.ready
    this.#ranking = code.keepNewest === undefined ? undefined : new Ranking(code.keepNewest)
    this.#facts = {
      ...environment.world.facts,
      rank: ({ metadata: { uid = '' } }) => {
        if (!this.#complete) return unknown('its group is being read for the first time')
        return known(this.#ranking?.rankOf(uid) ?? { place: 0, of: 1 })
      },
      heldSince: ({ metadata: { uid = '' } }) => this.#heldSince.get(uid),
    }
  }

  /** Something about the object has changed, or the time has come to look again. */
  judge(object: KubeObject, held: HeldObjects | undefined): void {
    const context = this.#context()
    const crossing = this.#remember(object, context)
    this.#word(object, context)
    this.#judgeRanked(crossing, held, context)
  }

  left({ metadata: { uid = '' } }: KubeObject, held: HeldObjects | undefined): void {
    this.#heldSince.delete(uid)
    if (this.#ranking !== undefined) this.#judgeRanked(this.#ranking.remove(uid), held, this.#context())
  }

  /** From now on the groups are whole: these are all there are. */
  complete(uids: ReadonlySet<string>): void {
    this.#complete = true
    for (const uid of this.#heldSince.keys()) if (!uids.has(uid)) this.#heldSince.delete(uid)
    this.#ranking?.retain(uids)
    if (this.#ranking !== undefined) this.#outdated.add(undefined)
  }

  outdate(change: FactChange, held: HeldObjects | undefined): void {
    switch (change.is) {
      case 'all':
        this.#outdated.add(undefined)
        return
      case 'namespace':
        this.#outdated.add(change.name)
        return
      case 'rights':
        this.#environment.tracker.rightsChanged(this.#environment.key, change.namespace, this.#now())
        return
      case 'object': {
        const object = held?.get(change.name, change.namespace)
        if (object !== undefined) this.judge(object, held)
      }
    }
  }

  /** Judges again what has become outdated. To be called before anything is deleted. */
  refresh(held: HeldObjects | undefined): void {
    if (held === undefined || this.#outdated.size === 0) return
    const namespaces = this.#outdated.has(undefined) ? undefined : new Set(this.#outdated)
    this.#outdated.clear()
    for (const object of held.all()) {
      if (namespaces === undefined || namespaces.has(object.metadata.namespace)) this.judge(object, held)
    }
  }

  /** What has become outdated until now, for whoever judges it again: namespaces, or all; `undefined`: nothing. */
  takeOutdated(): ReadonlySet<string> | 'all' | undefined {
    if (this.#outdated.size === 0) return undefined
    const namespaces = new Set<string>()
    for (const namespace of this.#outdated) if (namespace !== undefined) namespaces.add(namespace)
    const all = namespaces.size < this.#outdated.size
    this.#outdated.clear()
    return all ? 'all' : namespaces
  }

  /** Tells the tracker what is to be said now about an object of which there is but the key. `false`: that cannot be told without the object. */
  sayAgain(seen: Sighting, said: Opinion): boolean {
    const { key, ready, tracker, clock } = this.#environment
    const context = this.#context()
    const opinion = sayAgain(ready.code, said, seen.namespace, context)
    if (opinion === undefined) return false
    tracker.observe(key, seen, opinion, { wall: context.now, mono: clock.monotonic() })
    return true
  }

  get isOutdated(): boolean {
    return this.#outdated.size > 0
  }

  #now(): Instant {
    const { clock } = this.#environment
    return { wall: clock.now(), mono: clock.monotonic() }
  }

  #context(): Context {
    return { now: this.#environment.clock.now(), facts: this.#facts }
  }

  #word(object: KubeObject, context: Context): void {
    const { key, ready, tracker, clock, judged } = this.#environment
    const opinion = ready.judge(object, context)
    tracker.observe(key, sightingOf(object), opinion, { wall: context.now, mono: clock.monotonic() })
    judged?.(object, opinion)
  }

  #remember(object: KubeObject, context: Context): readonly Ranked[] {
    const { code, needs } = this.#environment.ready
    if (this.#ranking === undefined && !needs.heldSince) return []
    const { uid = '', name = '', namespace } = object.metadata
    const holds = counts(code, object, context)
    if (!holds) this.#heldSince.delete(uid)
    else if (needs.heldSince && !this.#heldSince.has(uid)) this.#heldSince.set(uid, context.now)
    if (this.#ranking === undefined || needs.grouping === undefined) return []
    if (!holds) return this.#ranking.remove(uid)
    return this.#ranking.set({ uid, name, namespace, group: needs.grouping.groupOf(object), time: needs.grouping.timeOf(object) })
  }

  #judgeRanked(ranked: readonly Ranked[], held: HeldObjects | undefined, context: Context): void {
    for (const { uid, name, namespace } of ranked) {
      const object = held?.get(name, namespace)
      if (object?.metadata.uid === uid) this.#word(object, context)
    }
  }
}

export function sightingOf({ metadata }: KubeObject): Sighting {
  return {
    uid: metadata.uid ?? '',
    name: metadata.name ?? '',
    namespace: metadata.namespace,
    resourceVersion: metadata.resourceVersion ?? '',
    terminating: metadata.deletionTimestamp !== undefined,
  }
}
