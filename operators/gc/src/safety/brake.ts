import { formatTime } from 'kubewright'
import type { Answer } from '../deletion/answer.ts'
import type { PolicyStatus } from '../kinds/policies.ts'
import { type Budget, budgetOf, type Limits, NO_LIMIT } from './limits.ts'
import { RecreationWatch } from './recreation.ts'

export type HaltReason = 'MaxPercent' | 'Anomaly' | 'InitialDeletions' | 'RecreationLoop'

export interface Halt {
  readonly reason: HaltReason
  readonly message: string
  /** RFC 3339; approving means to repeat it. */
  readonly since: string
}

/** Whether the policy may send its next deletion. */
export type Leave =
  | { readonly is: 'go' }
  /** First it has to be known how many objects are due, or how many there are: see {@link Brake.due} and {@link Brake.counted}. */
  | { readonly is: 'ask'; readonly what: 'due' | 'scope' }
  /** Goes on by itself; monotonic ms. */
  | { readonly is: 'wait'; readonly until: number; readonly message: string }
  | { readonly is: 'halted'; readonly halt: Halt }

interface Run {
  readonly startedAt: number
  readonly startedWall: number
  readonly budget: Budget
  /** Sent and not known to have failed. */
  spent: number
}

export interface BrakeMoment {
  readonly wall: number
  readonly mono: number
}

const RUNS_REMEMBERED = 24
/** Of so many answers ... */
const ATTEMPTS = 50
/** ... so many failed: something is wrong with more than single objects. */
const FAILURES = 10
const FIRST_PROBE = 60_000
const LONGEST_PROBE = 15 * 60_000

/**
 * What keeps one version of a policy from doing harm that its author did not foresee: limits per run, a stop for what is out of all proportion, and a pause
 * when deletions fail or are in vain. Pure but for its memory: it is told of what happens, and asked before each deletion.
 */
export class Brake {
  readonly #limits: Limits
  readonly recreations = new RecreationWatch()
  #initial: 'unknown' | 'fine'
  #run: Run | undefined
  #scope: number | undefined
  #before: readonly number[]
  #halt: Halt | undefined
  #approvedRun = false
  /** A run that another process has begun. */
  #begun: { readonly startedAt: number; readonly startedWall: number; readonly spent: number } | undefined
  #outcomes: boolean[] = []
  #probe: { readonly at: number; readonly pause: number; under: boolean } | undefined

  /** `status`: as an earlier process, or an earlier leader, has written it about this version of the spec. `approval`: the annotation. */
  constructor(limits: Limits, status: PolicyStatus | undefined, isOfThisSpec: boolean, approval: string | undefined, now: BrakeMoment) {
    this.#limits = limits
    this.#before = status?.run?.before ?? []
    this.#initial = limits.initial === undefined || (isOfThisSpec && status?.halt === undefined) ? 'fine' : 'unknown'
    const { run, halt } = status ?? {}
    if (isOfThisSpec && run !== undefined) this.#resume(run, now)
    if (!isOfThisSpec || halt === undefined) return
    if (halt.since === approval) this.#approve(halt.reason)
    else this.#halt = halt as Halt
  }

  get halt(): Halt | undefined {
    return this.#halt
  }

  /** For the status. */
  get run(): PolicyStatus['run'] {
    const run = this.#run ?? this.#begun
    return run && { startedAt: formatTime(run.startedWall), deleted: run.spent, before: [...this.#before] }
  }

  /** To be asked right before a deletion. */
  ask(now: BrakeMoment): Leave {
    if (this.#halt !== undefined) return { is: 'halted', halt: this.#halt }
    if (this.recreations.loop !== undefined) return this.#stop('RecreationLoop', this.recreations.loop, now)
    if (this.#initial === 'unknown') return { is: 'ask', what: 'due' }
    const probing = this.#probing(now.mono)
    if (probing !== undefined) return probing
    if (this.#run !== undefined && now.mono - this.#run.startedAt >= this.#limits.run) this.#endRun()
    if (this.#run === undefined) {
      if (this.#limits.percent !== undefined && this.#scope === undefined) return { is: 'ask', what: 'scope' }
      const budget = this.#approvedRun ? NO_LIMIT : budgetOf(this.#limits, this.#scope, this.#before)
      this.#run = { startedAt: now.mono, startedWall: now.wall, spent: 0, ...this.#begun, budget }
      this.#begun = undefined
    }
    const { budget, spent, startedAt } = this.#run
    if (spent < budget.deletions) return { is: 'go' }
    switch (budget.by) {
      case 'maxPercent':
        return this.#stop(
          'MaxPercent',
          `${budget.deletions} of ${this.#scope ?? 0} objects have been deleted, and more would be over limits.maxPercent (${this.#limits.percent})`,
          now,
        )
      case 'anomalyFactor':
        return this.#stop('Anomaly', `${spent} objects have been deleted in this run, more than limits.anomalyFactor finds usual`, now)
      default:
        return {
          is: 'wait',
          until: startedAt + this.#limits.run,
          message: `${spent} objects have been deleted in this run, as many as limits.maxDeletionsPerRun allows`,
        }
    }
  }

  /** Whether the policy may begin at all; asked before anything is written for it. */
  mayBegin(due: () => number, now: BrakeMoment): boolean {
    if (this.#halt === undefined && this.#initial === 'unknown') this.due(due(), now)
    return this.#halt === undefined
  }

  /** So many objects are due now: the answer to `ask: due`. */
  due(count: number, now: BrakeMoment): void {
    const { initial = Number.POSITIVE_INFINITY } = this.#limits
    if (count <= initial) this.#initial = 'fine'
    else this.#stop('InitialDeletions', `${count} objects are due at once, more than limits.maxInitialDeletions (${initial})`, now)
  }

  /** So many objects there are: the answer to `ask: scope`. */
  counted(scope: number): void {
    this.#scope = scope + (this.#begun?.spent ?? 0)
  }

  sent(): void {
    if (this.#run !== undefined) this.#run.spent++
    if (this.#probe !== undefined) this.#probe.under = true
  }

  answered(answer: Answer, now: BrakeMoment): void {
    if (this.#run !== undefined && DELETED_NOTHING.has(answer.is)) this.#run.spent = Math.max(0, this.#run.spent - 1)
    const outcome = outcomeOf(answer)
    if (outcome === undefined) {
      if (this.#probe !== undefined) this.#probe.under = false
      return
    }
    if (this.#probe !== undefined) {
      const { pause } = this.#probe
      this.#probe = outcome
        ? undefined
        : { at: now.mono + Math.min(pause * 2, LONGEST_PROBE), pause: Math.min(pause * 2, LONGEST_PROBE), under: false }
      return
    }
    this.#outcomes.push(outcome)
    if (this.#outcomes.length > ATTEMPTS) this.#outcomes.shift()
    const failed = this.#outcomes.filter((fine) => !fine).length
    if (this.#outcomes.length < ATTEMPTS || failed <= FAILURES) return
    this.#outcomes = []
    this.#probe = { at: now.mono + FIRST_PROBE, pause: FIRST_PROBE, under: false }
  }

  /** Half open: one deletion shows whether it goes on. */
  #probing(mono: number): Leave | undefined {
    if (this.#probe === undefined) return undefined
    if (mono >= this.#probe.at && !this.#probe.under) return { is: 'go' }
    return {
      is: 'wait',
      until: Math.max(this.#probe.at, mono + 1_000),
      message: 'more than a fifth of the last deletions failed; now and then one is tried',
    }
  }

  #stop(reason: HaltReason, message: string, now: BrakeMoment): Leave {
    this.#halt = { reason, message, since: formatTime(now.wall) }
    return { is: 'halted', halt: this.#halt }
  }

  #approve(reason: string): void {
    this.#initial = 'fine'
    if (reason !== 'MaxPercent' && reason !== 'Anomaly') return
    this.#approvedRun = true
    this.#run = undefined
    this.#begun = undefined
  }

  #endRun(): void {
    this.#before = [this.#run!.spent, ...this.#before].slice(0, RUNS_REMEMBERED)
    this.#run = undefined
    this.#scope = undefined
    this.#approvedRun = false
  }

  #resume({ startedAt, deleted }: NonNullable<PolicyStatus['run']>, now: BrakeMoment): void {
    const startedWall = Date.parse(startedAt)
    const age = Math.max(0, now.wall - startedWall)
    if (age >= this.#limits.run) {
      this.#before = [deleted, ...this.#before].slice(0, RUNS_REMEMBERED)
      return
    }
    this.#begun = { startedAt: now.mono - age, startedWall, spent: deleted }
  }
}

const DELETED_NOTHING: ReadonlySet<Answer['is']> = new Set([
  'already-gone',
  'replaced',
  'changed',
  'forbidden',
  'denied',
  'refused',
  'throttled',
  'unsent',
])

/** Whether it shows that deletions work; `undefined`: it shows neither. */
function outcomeOf({ is }: Answer): boolean | undefined {
  if (is === 'gone' || is === 'accepted' || is === 'already-gone') return true
  return is === 'denied' || is === 'unknown' || is === 'refused' ? false : undefined
}
