import type { Answer } from '../deletion/answer.ts'
import type { Opinion } from '../judgement/opinion.ts'
import { freshRate } from '../limits/rate.ts'
import { decide } from '../precedence/verdict.ts'
import { Agenda } from './agenda.ts'
import { type Census, CONFLICTS_WORTH_TELLING, takeCensus } from './census.ts'
import { delayAfter, FORBIDDEN_PAUSE, GONE_WAIT, STALE_WAIT } from './delays.ts'
import { type Falling, fallingDue } from './falling-due.ts'
import { Forbidden } from './forbidden.ts'
import { Questions } from './questions.ts'
import { type PolicyMode, type Sender, SendingLine } from './sending-line.ts'
import type { Instant, Step } from './step.ts'
import { isNewer, type Sighting, type TrackedObject } from './tracked-object.ts'
import { TrackedObjects } from './tracked-objects.ts'
import { deciding, isOutdated, mayGo, nextMoment } from './words.ts'

interface PolicyState extends Sender {
  deleted: number
  readonly forbidden: Forbidden
}

/**
 * Which objects are to be deleted, when, in which order, at which rate: everything between what the watches say and what the workers do.
 * No I/O and no clock of its own. Everything in it can be made anew from what the watches show, so no error can lose an object.
 */
export class Tracker {
  readonly #objects = new TrackedObjects()
  readonly #policies = new Map<string, PolicyState>()
  readonly #agenda = new Agenda()
  readonly #line = new SendingLine<TrackedObject>((policy) => this.#policies.get(policy))
  readonly #questions = new Questions()
  readonly #touched = new Set<string>()
  readonly #modeOf = (policy: string) => this.#policies.get(policy)?.mode
  readonly #random: () => number
  /** DELETEs under way by uid, and whether an earlier one went unanswered: until then only the answer says whose deletion it was. */
  readonly #underWay = new Map<string, { readonly unanswered: boolean }>()

  /** `random` gives numbers from 0 to 1, for the jitter of delays. */
  constructor(random: () => number) {
    this.#random = random
  }

  get size(): number {
    return this.#objects.size
  }

  /** Policies whose census may have changed since the last call. */
  takeTouched(): ReadonlySet<string> {
    const touched = new Set(this.#touched)
    this.#touched.clear()
    return touched
  }

  /** Adds the policy or changes how it deletes; what it has to say comes through {@link observe}. Takes effect before the next step. */
  setPolicy(policy: string, mode: PolicyMode, now: Instant): void {
    this.#touched.add(policy)
    const state = this.#policies.get(policy)
    if (state === undefined) {
      this.#policies.set(policy, { mode, rate: freshRate, deleted: 0, forbidden: new Forbidden() })
      return
    }
    state.mode = mode
    state.forbidden.clear()
    for (const object of this.#objects.heldUp(policy)) {
      // Whoever changed a policy wants to see the effect now.
      if ((object.progress.is === 'delayed' || object.progress.is === 'refused') && object.progress.by === policy) this.#resume(object, now)
      else this.#settle(object, now)
    }
  }

  /** Forgets the policy and its words. Objects that no other policy knows are forgotten too. */
  removePolicy(policy: string, now: Instant): void {
    for (const object of this.#objects.awakeOf(policy)) this.#removeWord(policy, object, now)
    this.#objects.removePolicy(policy)
    this.#policies.delete(policy)
    this.#line.drop(policy)
    this.#touched.delete(policy)
  }

  /**
   * Stops all deletions of a line, or lets them go on. Held while one of its policies has not yet seen its objects: it might be the one that
   * keeps what another would delete.
   */
  hold(line: string, held: boolean): void {
    this.#line.hold(line, held)
  }

  /**
   * The policy has now seen all its objects: those that are not among them it knows no more. That is no word about whether they are gone: the
   * policy may have been edited, or lost its watch.
   * @returns those that it knows no more
   */
  retain(policy: string, uids: ReadonlySet<string>, now: Instant): readonly string[] {
    const unseen = this.#objects.uidsOf(policy).filter((uid) => !uids.has(uid))
    for (const uid of unseen) this.#drop(policy, uid, now)
    return unseen
  }

  /** The server is back from an outage: what failed for want of it may be tried at once, as if for the first time. */
  serverIsBack(now: Instant): void {
    this.#line.relieve()
    for (const object of this.#objects.awake()) {
      if (object.progress.is !== 'delayed' || !object.progress.forServer) continue
      object.failures = 0
      this.#resume(object, now)
    }
  }

  /** A policy has seen an object in this version, and says this about it. */
  observe(policy: string, seen: Sighting, opinion: Opinion, now: Instant): void {
    if (!this.#policies.has(policy)) return
    const object = this.#objects.findOrAdd(seen)
    // Two watches of one kind may be at different moments: the older view is a word about the past, and must not become the version we delete.
    if (!isNewer(object.seen.resourceVersion, seen.resourceVersion)) object.seen = seen
    const isAsked = opinion.until !== undefined && opinion.until <= now.wall
    this.#objects.setWord(policy, object, { opinion, resourceVersion: seen.resourceVersion, isAsked })
    for (const other of object.words.keys()) this.#touched.add(other)
    this.#settle(object, now)
  }

  /** What the policy could not say for want of a right, in a namespace or anywhere, it is asked again. */
  rightsChanged(policy: string, namespace: string | undefined, now: Instant): void {
    for (const object of this.#objects.awakeOf(policy)) {
      const word = object.words.get(policy)!
      if (word.opinion.is !== 'blocked' || word.opinion.otherwise === undefined || object.seen.namespace !== namespace) continue
      this.#objects.setWord(policy, object, { ...word, opinion: { ...word.opinion, until: now.wall } })
      this.#questions.askPolicy(policy, object)
    }
  }

  /** Who has said something about the object. */
  policiesOf(uid: string): readonly string[] {
    return this.#objects.policiesOf(uid)
  }

  /** Whether the policy has said something about an object of the namespace. */
  knows(policy: string, namespace: string): boolean {
    return this.#objects.hasIn(policy, namespace)
  }

  /** The object is no longer in what the policy watches: deleted, or changed so that a selector no longer takes it. */
  leave(policy: string, uid: string, now: Instant): void {
    const object = this.#drop(policy, uid, now)
    if (object === undefined || object.words.size > 0 || this.#underWay.has(uid)) return
    // It was we who asked for it, whether or not the answer reached us.
    const by = object.progress.is === 'terminating' ? object.progress.by : object.unanswered
    if (by !== undefined) this.#countDeleted(by)
  }

  /** What the server said to a `delete` step. */
  answered({ policy, object: sent }: Step & { readonly do: 'delete' }, answer: Answer, now: Instant): void {
    this.#touched.add(policy)
    const object = this.#objects.find(sent.uid)
    const { unanswered = false } = this.#underWay.get(sent.uid) ?? {}
    this.#underWay.delete(sent.uid)
    // The watch may have been faster than the answer: then accepted, or no answer, means gone. And what an earlier, unanswered DELETE did shows now.
    const vanished = object === undefined && (answer.is === 'accepted' || answer.is === 'unknown')
    const earlier = unanswered && (object === undefined || answer.is === 'already-gone' || answer.is === 'replaced')
    if (answer.is === 'gone' || vanished || earlier) this.#countDeleted(policy)
    if (answer.is === 'throttled') this.#line.slowDown(answer.retryAfter, now.mono)
    if (object === undefined) return
    if (object.progress.is === 'terminating' && answer.is !== 'gone' && answer.is !== 'already-gone' && answer.is !== 'replaced') {
      const ours = answer.is === 'accepted' || answer.is === 'unknown' || unanswered
      object.progress = { is: 'terminating', by: ours ? policy : undefined }
      return
    }
    switch (answer.is) {
      case 'gone':
      case 'already-gone':
      case 'replaced':
        object.unanswered = undefined
        object.progress = { is: 'gone' }
        this.#agenda.remove(object)
        this.#agenda.delayUntil(object, now.mono + GONE_WAIT)
        return
      case 'accepted':
        object.progress = { is: 'terminating', by: policy }
        return
      case 'changed':
        object.conflicts++
        // It is still there: what went unanswered before was not done.
        object.unanswered = undefined
        object.progress = { is: 'stale', resourceVersion: sent.resourceVersion }
        this.#agenda.remove(object)
        this.#agenda.delayUntil(object, now.mono + STALE_WAIT)
        // The newer version may have been seen while the answer was on its way.
        this.#settle(object, now)
        return
      case 'refused':
        object.progress = { is: 'refused', by: policy, reason: answer.message, resourceVersion: object.seen.resourceVersion }
        return
      case 'forbidden':
        this.#policies.get(policy)?.forbidden.add(object.seen.namespace ?? '', now.mono + FORBIDDEN_PAUSE, answer.message)
        this.#delay(object, policy, now.mono + FORBIDDEN_PAUSE)
        return
      case 'unknown':
        object.unanswered = policy
        break
      case 'unsent':
      case 'denied':
      case 'throttled':
    }
    const forServer = answer.is !== 'denied'
    this.#delay(object, policy, now.mono + delayAfter(answer, ++object.failures, this.#random), forServer)
  }

  /** A `fetch` step is over, whatever it brought. If it brought nothing newer, it is tried again later. */
  fetched(uid: string, now: Instant): void {
    const object = this.#objects.find(uid)
    if (object?.progress.is === 'stale') {
      this.#agenda.delayUntil(object, now.mono + delayAfter({ is: 'changed' }, ++object.conflicts, this.#random))
    } else if (object !== undefined) {
      if (object.progress.is === 'gone') this.#resume(object, now)
      else this.#settle(object, now)
    }
  }

  /** The next thing to do. To be called until it says to wait or to rest. */
  next(now: Instant): Step {
    this.#collect(now)
    const question = this.#questions.next(now)
    if (question !== undefined) return question
    return this.#nextDeletion(now)
  }

  /** What will be deleted when, each object once. */
  fallingDue(): readonly Falling[] {
    const told = new Set<string>()
    return [...this.#policies].flatMap(([policy, { mode }]) =>
      fallingDue(policy, mode.dryRun, this.#objects.awakeOf(policy), this.#objects.opinionsAtRest(policy), told),
    )
  }

  /** How the policy's objects stand. */
  census(policy: string, now: Instant): Census {
    const dryRun = this.#policies.get(policy)?.mode.dryRun ?? false
    return takeCensus(policy, dryRun, this.#objects.awakeOf(policy), this.#objects.opinionsAtRest(policy), now.wall)
  }

  /** Objects deleted by the policy since it was first set. */
  deletedBy(policy: string): number {
    return this.#policies.get(policy)?.deleted ?? 0
  }

  /** The namespaces in which the policy may not delete, with the server's words. */
  forbiddenTo(policy: string, now: Instant): ReadonlyMap<string, string> {
    return this.#policies.get(policy)?.forbidden.told(now) ?? new Map()
  }

  /** Moves what has fallen due, and what has waited long enough, to where it is taken from. */
  #collect(now: Instant): void {
    for (let object = this.#agenda.takeExpired(now); object !== undefined; object = this.#agenda.takeExpired(now))
      this.#fallsDue(object, now)
    for (let object = this.#objects.takeAwake(now.wall); object !== undefined; object = this.#objects.takeAwake(now.wall)) {
      this.#fallsDue(object, now)
    }
    for (let object = this.#agenda.takeDelayed(now); object !== undefined; object = this.#agenda.takeDelayed(now)) {
      if (object.progress.is === 'stale' || object.progress.is === 'gone') this.#questions.askServer(object)
      else this.#resume(object, now)
    }
  }

  #resume(object: TrackedObject, now: Instant): void {
    object.progress = { is: 'watched' }
    this.#settle(object, now)
  }

  #fallsDue(object: TrackedObject, now: Instant): void {
    for (const policy of object.words.keys()) {
      this.#touched.add(policy)
      if (isOutdated(object, policy, now)) this.#questions.askPolicy(policy, object)
    }
    this.#settle(object, now)
  }

  #nextDeletion(now: Instant): Step {
    const next = this.#line.next(now.mono, (policy, object) => this.#mayBeSent(policy, object, now))
    if ('item' in next) {
      const { owner: policy, item: object } = next
      this.#underWay.set(object.seen.uid, { unanswered: object.unanswered !== undefined })
      object.progress = { is: 'deleting', by: policy }
      return { do: 'delete', policy, object: object.seen, opinion: object.words.get(policy)!.opinion }
    }
    const ms = Math.min(
      next.waitUntil - now.mono,
      this.#agenda.wait(now),
      (this.#objects.nextWaking ?? Number.POSITIVE_INFINITY) - now.wall,
    )
    return Number.isFinite(ms) ? { do: 'wait', ms: Math.max(0, ms) } : { do: 'rest' }
  }

  /** Places in line are not searched for when an object's case changes; who stands there in vain is found out here. */
  #mayBeSent(policy: string, object: TrackedObject, now: Instant): boolean {
    if (object.progress.is !== 'ready' || object.progress.by !== policy) return false
    if (object.verdict.is !== 'delete' || object.verdict.until <= now.wall) {
      // A window closed while it stood in line: the rest of them waits for the next.
      this.#schedule(object, now)
      return false
    }
    const until = this.#policies.get(policy)?.forbidden.until(object.seen.namespace ?? '', now)
    if (until === undefined) return true
    this.#delay(object, policy, until)
    return false
  }

  /** Brings an object to where its words, its version and the time say that it belongs. */
  #settle(object: TrackedObject, now: Instant): void {
    if (object.progress.is === 'gone') return
    if (object.seen.terminating && object.progress.is !== 'terminating')
      object.progress = { is: 'terminating', by: object.progress.is === 'deleting' ? object.progress.by : object.unanswered }
    object.verdict = decide(deciding(object, this.#modeOf))
    switch (object.progress.is) {
      case 'deleting':
        return
      case 'terminating':
        this.#agenda.remove(object)
        return
      case 'stale':
        if (!isNewer(object.seen.resourceVersion, object.progress.resourceVersion)) return
        this.#agenda.remove(object)
        if (object.conflicts >= CONFLICTS_WORTH_TELLING) {
          this.#delay(object, '', now.mono + delayAfter({ is: 'changed' }, object.conflicts - CONFLICTS_WORTH_TELLING + 1, this.#random))
          return
        }
        break
      case 'delayed':
        return
      case 'refused':
        if (object.progress.resourceVersion === object.seen.resourceVersion) return
        break
      default:
    }
    this.#schedule(object, now)
  }

  #schedule(object: TrackedObject, now: Instant): void {
    this.#agenda.remove(object)
    this.#questions.askOnce(object, now)
    const { verdict, progress } = object
    if (verdict.is !== 'delete' || verdict.at > now.wall || verdict.until <= now.wall || !mayGo(object, verdict.by, this.#modeOf))
      object.progress = { is: 'watched' }
    else if (progress.is !== 'ready' || progress.by !== verdict.by) {
      object.progress = { is: 'ready', by: verdict.by }
      this.#line.add(verdict.by, object)
    }
    const wakeAt = nextMoment(object, now)
    // What has a request under way is asked for by its answer.
    if (!this.#underWay.has(object.seen.uid) && this.#objects.rest(object, wakeAt)) return
    if (wakeAt !== undefined) this.#agenda.expireAt(object, wakeAt)
  }

  #delay(object: TrackedObject, by: string, until: number, forServer = false): void {
    this.#agenda.remove(object)
    object.progress = { is: 'delayed', by, forServer }
    this.#agenda.delayUntil(object, until)
  }

  #drop(policy: string, uid: string, now: Instant): TrackedObject | undefined {
    const object = this.#objects.find(uid)
    if (object === undefined) return undefined
    if (!object.words.has(policy)) {
      this.#settle(object, now)
      return undefined
    }
    for (const other of object.words.keys()) this.#touched.add(other)
    this.#removeWord(policy, object, now)
    return object
  }

  #removeWord(policy: string, object: TrackedObject, now: Instant): void {
    this.#objects.removeWord(policy, object)
    if (object.words.size === 0) this.#forget(object)
    else this.#settle(object, now)
  }

  #forget(object: TrackedObject): void {
    this.#agenda.remove(object)
    this.#objects.remove(object)
    for (const policy of object.words.keys()) this.#touched.add(policy)
    object.progress = object.progress.is === 'terminating' ? object.progress : { is: 'watched' }
  }

  #countDeleted(policy: string): void {
    const state = this.#policies.get(policy)
    if (state === undefined) return
    state.deleted++
    this.#touched.add(policy)
  }
}
