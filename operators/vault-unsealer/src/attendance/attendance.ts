import { type ExternalSource, type ExternalSourceContext, type Logger, messageOf, sleep } from 'kubewright'
import type { InitializationPlan, KeyStore } from '../initialization/plan.ts'
import type { RootTokenNews } from '../initialization/root-token.ts'
import type { Note, Permission } from '../machine/model.ts'
import type { Member } from '../members/member.ts'
import type { Attendant } from './attendant.ts'
import { Claims } from './claims.ts'
import type { Remembered, Settings } from './settings.ts'
import { Slots } from './slots.ts'
import { Unsealer } from './unsealer.ts'

/** Milliseconds: what nodes say within it is told together. A person does not see the difference; the API server does. */
const TOGETHER = 50

export interface UnsealerName {
  readonly name: string
  readonly namespace: string
}

/** What an unsealer needs of the world around it. */
export interface Surroundings {
  verify(member: Member, signal: AbortSignal): Promise<string | undefined>
  held(): Permission
  store(plan: InitializationPlan): KeyStore
  told(attendant: Attendant, notes: readonly Note[], log: Logger): void
  toldOfRootToken(news: RootTokenNews, log: Logger): void
}

interface Life extends Pick<ExternalSourceContext, 'signal' | 'clock' | 'random' | 'log'> {
  trigger(target: UnsealerName): unknown
}

/** All unsealers at work in this process: they begin and end with the controller, whose source this is. */
export class Attendance {
  readonly claims = new Claims()
  readonly source: ExternalSource
  readonly #slots: Slots
  readonly #unsealers = new Map<string, Unsealer>()
  readonly #running = new Set<Promise<void>>()
  /** Those that are triggered within a moment. */
  readonly #soon = new Set<string>()
  #life: Life | undefined
  #ready = Promise.withResolvers<Life>()

  constructor(concurrency: number) {
    this.#slots = new Slots(concurrency)
    this.source = { name: 'vault', run: (context) => this.#run(context) }
  }

  /** Resolves when there is somebody to look after nodes. */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#life !== undefined) return
    const aborted = Promise.withResolvers<never>()
    const onAbort = () => aborted.reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await Promise.race([this.#ready.promise, aborted.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Looks after these nodes from now on, and after no others. @returns nothing when the life of this replica as the one who works is over */
  serve(of: UnsealerName, settings: Settings, remembered: () => Remembered, surroundings: Surroundings): Unsealer | undefined {
    const life = this.#life
    if (life === undefined || life.signal.aborted) return undefined
    const key = keyOf(of)
    const known = this.#unsealers.get(key)
    if (known !== undefined) {
      known.update(settings)
      return known
    }
    const log = life.log.with({ unsealer: key })
    const unsealer = new Unsealer(settings, remembered(), {
      ...{ clock: life.clock, random: life.random, slots: this.#slots },
      ...surroundings,
      told: (attendant, notes) => surroundings.told(attendant, notes, log),
      toldOfRootToken: (news) => surroundings.toldOfRootToken(news, log),
      start: (run) => this.#start(run, life, log),
      failed: (member, error) => {
        log.error('looking after a node failed', { pod: member.name, error: messageOf(error) })
        life.trigger(of)
      },
    })
    this.#unsealers.set(key, unsealer)
    return unsealer
  }

  get(of: UnsealerName): Unsealer | undefined {
    return this.#unsealers.get(keyOf(of))
  }

  trigger(of: UnsealerName): void {
    this.#life?.trigger(of)
  }

  /** For what many nodes may say within a moment: one reconcile, and one status, tells it of all. */
  triggerSoon(of: UnsealerName): void {
    const key = keyOf(of)
    const life = this.#life
    if (life === undefined || this.#soon.has(key)) return
    this.#soon.add(key)
    const over = () => {
      this.#soon.delete(key)
      this.trigger(of)
    }
    this.#start((signal) => sleep(TOGETHER, { clock: life.clock, signal }).then(over, over), life, life.log)
  }

  dismiss(of: UnsealerName): void {
    const key = keyOf(of)
    for (const other of this.claims.claim({ key, created: '' }, [])) this.trigger(nameOf(other))
    this.#unsealers.get(key)?.stop()
    this.#unsealers.delete(key)
  }

  #start(run: (signal: AbortSignal) => Promise<void>, { signal }: Life, log: Logger): void {
    const running: Promise<void> = run(signal)
      .catch((error: unknown) => log.error('a connection could not be ended', { error: messageOf(error) }))
      .finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #run({ signal, clock, random, log, trigger }: ExternalSourceContext): Promise<void> {
    this.#life = { signal, clock, random, log, trigger }
    this.#ready.resolve(this.#life)
    try {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        else signal.addEventListener('abort', () => resolve(), { once: true })
      })
    } finally {
      this.#life = undefined
      this.#ready = Promise.withResolvers()
      for (const unsealer of this.#unsealers.values()) unsealer.stop()
      this.#unsealers.clear()
      while (this.#running.size > 0) await Promise.allSettled(this.#running)
    }
  }
}

export const keyOf = ({ namespace, name }: UnsealerName): string => `${namespace}/${name}`

export function nameOf(key: string): UnsealerName {
  const [namespace = '', name = ''] = key.split('/')
  return { namespace, name }
}
