import { Elector, type ElectorOptions } from '../leader-election/elector.ts'
import { NotLeaderError } from '../leader-election/errors.ts'
import type { Leadership } from '../leader-election/fence.ts'
import type { ResolvedElection } from '../leader-election/options.ts'
import type { RuntimeMetrics } from '../metrics/metrics.ts'

export interface ManagerLeadershipOptions extends Omit<ElectorOptions, 'election' | 'countSlowPath' | 'countTransition'> {
  /** `undefined`: there is but one replica, and it leads. */
  readonly election: ResolvedElection | undefined
  readonly instruments: Pick<RuntimeMetrics, 'leader' | 'leaderSlowPath' | 'leaderTransitions'>
}

/** Whether this replica may act: by an elector, or always. */
export class ManagerLeadership implements Leadership {
  readonly #options: ManagerLeadershipOptions
  readonly #elector: Elector | undefined
  readonly #elected = Promise.withResolvers<void>()

  constructor(options: ManagerLeadershipOptions) {
    this.#options = options
    const { election, instruments } = options
    if (election === undefined) return
    const name = election.leaseName
    instruments.leader.set({ name }, 0)
    instruments.leaderTransitions.inc({ name }, 0)
    this.#elector = new Elector({
      ...{ ...options, election },
      countSlowPath: () => instruments.leaderSlowPath.inc({ name }),
      countTransition: () => instruments.leaderTransitions.inc({ name }),
    })
  }

  get elected(): Promise<void> {
    return this.#elected.promise
  }

  /** Who leads, as far as this replica knows. */
  get leader(): string | undefined {
    return this.#elector === undefined ? this.#options.identity : this.#elector.leader
  }

  isLeader(): boolean {
    return this.#elector?.isLeader() ?? true
  }

  writableFor(): number {
    return this.#elector?.writableFor() ?? Number.POSITIVE_INFINITY
  }

  /** @throws NotLeaderError */
  assert(): void {
    if (this.writableFor() > 0) return
    throw new NotLeaderError('this replica does not lead, or its lease is too near its end; another replica may be at work')
  }

  /** A health check. @throws Error when it believes that it leads, and has not renewed for longer than anybody would wait */
  checkRenewal(): void {
    if (this.#elector?.isStuck()) throw new Error('the lease was not renewed, and leadership not given up')
  }

  /** Campaigns and leads until the signal aborts. @throws LeadershipLostError */
  async run(stop: AbortSignal, lead: () => void): Promise<void> {
    const begin = () => {
      this.#elected.resolve()
      lead()
    }
    if (this.#elector === undefined) return begin()
    const labels = { name: this.#options.election?.leaseName ?? '' }
    const { leader } = this.#options.instruments
    try {
      await this.#elector.run(stop, () => {
        leader.set(labels, 1)
        begin()
      })
    } finally {
      leader.set(labels, 0)
    }
  }

  async release(): Promise<void> {
    await this.#elector?.release()
  }
}
