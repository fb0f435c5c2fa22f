import type { Clock, Logger, Reachability, ReachabilityState } from 'kubewright'
import type { EmergencyStop } from '../emergency-stop/emergency-stop.ts'
import { HOUSEKEEPING } from './housekeeping.ts'
import { catchUp, NEWS_COMES_WITHIN, type PolicyKnowledge } from './policy-knowledge.ts'

export interface GateEnvironment {
  readonly clock: Clock
  readonly log: Logger
  /** Whether this replica still leads; asked before each request, for a process may have been stopped in the meantime. */
  readonly mayAct: () => boolean
  /** Nothing is sent while the server is away, or in doubt. What opens the gate is the server's own word that it is ready. */
  readonly reachability: Pick<Reachability, 'state'>
  /** Whether the watches of policies are open: asked after an outage, before anything is deleted again. */
  readonly policiesKnown: () => boolean
  /** Why the time is not to be trusted at the moment: nothing is deleted by it. */
  readonly timeInDoubt: () => string | undefined
  readonly stops: Pick<EmergencyStop, 'reason'>
}

/** Whether anything may be deleted now, by whatever policy. `lookAgain`: in so many ms; `undefined`: when something happens. */
export type Admittance = { readonly is: 'open' } | { readonly is: 'closed'; readonly lookAgain: number | undefined }

const OPEN: Admittance = { is: 'open' }

/** What has to be well with the operator, the server and the time before anything is deleted. */
export class Gate {
  readonly #environment: GateEnvironment
  #knowledge: PolicyKnowledge = { is: 'current' }

  constructor(environment: GateEnvironment) {
    this.#environment = environment
  }

  ask(): Admittance {
    const { mayAct, reachability, timeInDoubt, stops } = this.#environment
    if (!mayAct()) return { is: 'closed', lookAgain: HOUSEKEEPING }
    if (reachability.state !== 'reachable') return { is: 'closed', lookAgain: undefined }
    if (!this.#catchUp()) return { is: 'closed', lookAgain: NEWS_COMES_WITHIN }
    if (stops.reason !== undefined) return { is: 'closed', lookAgain: undefined }
    return timeInDoubt() === undefined ? OPEN : { is: 'closed', lookAgain: HOUSEKEEPING }
  }

  /** @returns whether the server is back from an outage: what is known of policies may be old, and is caught up with first */
  reachabilityChanged(state: ReachabilityState, before: ReachabilityState): boolean {
    if (state === 'unreachable') this.#environment.log.info('nothing is deleted until the API server is ready again')
    const isBack = state === 'reachable' && before === 'unreachable'
    if (isBack) this.#knowledge = { is: 'outdated' }
    return isBack
  }

  #catchUp(): boolean {
    const { clock, log, policiesKnown } = this.#environment
    if (this.#knowledge.is === 'current') return true
    this.#knowledge = catchUp(this.#knowledge, policiesKnown(), clock.monotonic())
    if (this.#knowledge.is === 'current') log.info('deletions go on')
    return this.#knowledge.is === 'current'
  }
}
