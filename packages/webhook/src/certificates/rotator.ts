import type { Clock } from '@kubewright/core'
import type { Pair } from '@kubewright/core/certificates'
import type { Logger } from '@kubewright/runtime'
import { inspectAuthority, inspectServer } from './inspection.ts'
import { newAuthority, newServer } from './issue.ts'
import { bundleOf, type Material } from './material.ts'
import { type Decision, decide, type Holdings } from './rotation.ts'
import type { RotationSettings } from './settings.ts'

/** What the Secret holds, and what an update of it needs. */
export interface Stored {
  /** `undefined`: nothing usable. */
  readonly material: Material | undefined
  /** `undefined`: there is no Secret yet. */
  readonly resourceVersion: string | undefined
  /** Whether somebody asked for a new authority. */
  readonly asked: boolean
}

export interface MaterialStore {
  read(signal: AbortSignal): Promise<Stored>
  /** Resolves to `false` when another one has written since `read`. */
  write(material: Material, before: Stored, signal: AbortSignal): Promise<boolean>
}

/** Something that must trust our authority. */
export interface TrustTarget {
  readonly name: string
  /** Makes it trust this bundle and no other; writes nothing when it does (`trusts`). `missing`: it is not there. */
  trust(bundle: string, signal: AbortSignal): Promise<'trusts' | 'corrected' | 'missing'>
}

export interface RotatorOptions {
  readonly store: MaterialStore
  readonly targets: readonly TrustTarget[]
  /** Names and addresses under which the API server reaches us. */
  readonly names: readonly string[]
  readonly settings: RotationSettings
  readonly clock: Clock
  readonly log: Logger
}

/** After so many lost races in a row something else is wrong. */
const MOST_RACES = 20
const CONTESTED = `webhook certificates: what was written was changed by another program ${MOST_RACES} times in a row: give each program a Secret of its own`

export interface Round {
  /** PEM. */
  readonly bundle: string
  /** Targets that are not there. */
  readonly missing: readonly string[]
  /** When to look again, in milliseconds. */
  readonly again: number
}

/** One replica's part in the rotation. All do the same; the Secret's resource version decides who was first. */
export class Rotator {
  readonly #options: RotatorOptions
  /** Monotonic. Observed and not written down: clocks of machines differ, and a replica that starts anew only waits longer. */
  #carriedSince: number | undefined
  #retiringSince: number | undefined

  constructor(options: RotatorOptions) {
    this.#options = options
  }

  /** What to begin to serve with, before anybody trusts it. @throws ApiError, ConnectionError */
  async acquire(signal: AbortSignal): Promise<{ readonly server: Pair; readonly bundle: string }> {
    const { material } = await this.#current(signal)
    return { server: material.server, bundle: bundleOf(material) }
  }

  /** Looks at the Secret, takes the steps that are due, and sees to it that every target trusts what it must. @throws ApiError, ConnectionError */
  async look(signal: AbortSignal, serve: (server: Pair) => void): Promise<Round> {
    for (let races = 0; races < MOST_RACES; races++) {
      const { material, again } = await this.#current(signal)
      serve(material.server)
      const bundle = bundleOf(material)
      const { missing, corrected } = await this.#spread(bundle, signal)
      if (material.is !== 'announcing' || (this.#carriedSince !== undefined && !corrected)) return { bundle, missing, again }
      // From now on every target that is there carries both authorities; one that is not will have the right bundle when it comes.
      this.#carriedSince = this.#options.clock.monotonic()
    }
    throw new Error(CONTESTED)
  }

  /** What the Secret holds when nothing is due any more. */
  async #current(signal: AbortSignal): Promise<{ readonly material: Material; readonly again: number }> {
    const { store, log, settings } = this.#options
    for (let races = 0; races < MOST_RACES; races++) {
      const stored = withUsableNext(await store.read(signal))
      const decision = decide(this.#holdings(stored), this.#observations(stored), settings)
      if (decision.do === 'wait') return { material: stored.material!, again: decision.ms }
      const material = this.#made(decision, stored.material)
      log.info('replacing webhook certificates', { step: decision.do, why: decision.why })
      if (!(await store.write(material, stored, signal))) log.info('another replica was first', { step: decision.do })
    }
    throw new Error(CONTESTED)
  }

  #holdings({ material, asked }: Stored): Holdings {
    if (material === undefined) return { is: 'nothing', authority: undefined, server: undefined, asked }
    const { authority, server } = material
    return { is: material.is, authority: inspectAuthority(authority), server: inspectServer(server, authority, this.#options.names), asked }
  }

  #observations({ material }: Stored) {
    const { clock } = this.#options
    const passed = (since: number | undefined) => (since === undefined ? undefined : clock.monotonic() - since)
    if (material?.is !== 'announcing') this.#carriedSince = undefined
    if (material?.is === 'retiring') this.#retiringSince ??= clock.monotonic()
    else this.#retiringSince = undefined
    return { now: clock.now(), carriedFor: passed(this.#carriedSince), retiredFor: passed(this.#retiringSince) ?? 0 }
  }

  #made(decision: Exclude<Decision, { readonly do: 'wait' }>, held: Material | undefined): Material {
    const { clock, settings, names } = this.#options
    const serverOf = (authority: Pair) => newServer(authority, names, clock.now(), settings.serverLifetime)
    const fresh = () => newAuthority(clock.now(), settings.authorityLifetime)
    if (decision.do === 'begin' || held === undefined) {
      const authority = fresh()
      return { is: 'steady', authority, server: serverOf(authority) }
    }
    const { authority, server } = held
    switch (decision.do) {
      case 'renew-server':
        return { ...held, server: serverOf(authority) }
      case 'announce':
        return { is: 'announcing', authority, server, next: fresh() }
      case 'switch': {
        const next = held.is === 'announcing' ? held.next : fresh()
        return { is: 'retiring', authority: next, server: serverOf(next), previous: authority.cert }
      }
      case 'retire':
        return { is: 'steady', authority, server }
    }
  }

  async #spread(bundle: string, signal: AbortSignal): Promise<{ readonly missing: readonly string[]; readonly corrected: boolean }> {
    const missing: string[] = []
    let corrected = false
    for (const target of this.#options.targets) {
      const found = await target.trust(bundle, signal)
      if (found === 'missing') missing.push(target.name)
      if (found === 'corrected') corrected = true
    }
    return { missing, corrected }
  }
}

/** An announced authority that cannot sign would never take over, and its text is nothing that a configuration takes: another one is announced. */
function withUsableNext(stored: Stored): Stored {
  const { material } = stored
  if (material?.is !== 'announcing' || inspectAuthority(material.next) !== undefined) return stored
  const { authority, server } = material
  return { ...stored, material: { is: 'steady', authority, server }, asked: true }
}
