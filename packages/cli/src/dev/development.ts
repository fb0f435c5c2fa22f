import { aborted, type Terminal } from '../terminal.ts'
import type { DevCluster } from './cluster.ts'
import { type Message, type ProgramProcess, prepareProgram } from './program-process.ts'
import type { Project } from './project.ts'
import { BEFORE, type Effect, type Fact, type RunId, type Session, step } from './session.ts'
import { watchSources } from './source-watch.ts'
import { TypeReport } from './type-report.ts'

export interface DevelopmentOptions {
  readonly project: Project
  readonly cluster: DevCluster
  /** Of the program. */
  readonly flags: readonly string[]
  readonly typeCheck: boolean
  /** What has happened, in a line for a person and as an object for a program. */
  readonly tell: (event: DevEvent) => void
  readonly terminal: Terminal
}

export type DevEvent =
  /** `milliseconds`: since the change. */
  | { readonly event: 'live'; readonly run: number; readonly milliseconds: number }
  | { readonly event: 'ended'; readonly code: number | string }
  | { readonly event: 'types'; readonly fine: boolean; readonly text: string }
  | { readonly event: 'note'; readonly text: string }

/** Runs a program anew after each change of its sources, until it is asked to stop. */
export async function develop(options: DevelopmentOptions): Promise<void> {
  await new Development(options).run()
}

class Development {
  readonly #options: DevelopmentOptions
  readonly #types: TypeReport | undefined
  readonly #over = Promise.withResolvers<void>()
  #session: Session = BEFORE
  #current: ProgramProcess | undefined
  /** Has loaded the library while the run before it was at work. */
  #next: ProgramProcess | undefined
  #changedAt = 0
  #noted = false

  constructor(options: DevelopmentOptions) {
    this.#options = options
    const { project, tell, typeCheck } = options
    this.#types = typeCheck ? new TypeReport(project.root, (fine, text) => tell({ event: 'types', fine, text })) : undefined
  }

  async run(): Promise<void> {
    const { project, terminal } = this.#options
    const watching = new AbortController()
    // Before the first run: what changes while it starts counts.
    watchSources(project.root, () => this.#see({ saw: 'change' }), { signal: watching.signal })
    void aborted(terminal.signal).then(() => this.#see({ saw: 'quit' }))
    this.#see({ saw: 'change' })
    try {
      await this.#over.promise
    } finally {
      watching.abort()
      const left = this.#next
      left?.stop()
      await Promise.all([left?.ended, this.#types?.stop()])
    }
  }

  #see(fact: Fact): void {
    if (fact.saw === 'change') {
      this.#changedAt = performance.now()
      this.#types?.cancel()
    }
    const [session, effects] = step(this.#session, fact)
    this.#session = session
    for (const effect of effects) this.#perform(effect)
    if (session.is === 'ended') this.#over.resolve()
  }

  #perform(effect: Effect): void {
    const { tell } = this.#options
    switch (effect.do) {
      case 'launch':
        this.#launch(effect.run)
        break
      case 'stop':
        this.#current?.stop()
        break
      case 'tell-live':
        tell({ event: 'live', run: effect.run, milliseconds: Math.round(performance.now() - this.#changedAt) })
        this.#afterwards()
        break
      case 'tell-ended':
        tell({ event: 'ended', code: effect.code })
        this.#afterwards()
    }
  }

  #launch(run: RunId): void {
    const process = this.#next ?? this.#prepare()
    this.#next = undefined
    this.#current = process
    void process.ended.then((code) => this.#see({ saw: 'exit', run, code }))
    process.begin()
  }

  /** Not while the program starts, whose time this would take. */
  #afterwards(): void {
    this.#types?.begin()
    if (this.#next !== undefined) return
    const next = this.#prepare()
    this.#next = next
    void next.ended.then(() => {
      if (this.#next === next) this.#next = undefined
    })
  }

  #prepare(): ProgramProcess {
    const { project, cluster, flags, terminal } = this.#options
    const options = { file: project.file, flags: [...cluster.flags, ...flags], flagsOf: cluster.flagsOf, environment: terminal.environment }
    const process: ProgramProcess = prepareProgram(options, (message) => {
      if (this.#current === process) this.#hear(message)
    })
    return process
  }

  #hear(message: Message): void {
    const { cluster, tell } = this.#options
    if (message.is === 'starting' && message.isCalled && cluster.webhookNote !== undefined && !this.#noted) {
      this.#noted = true
      tell({ event: 'note', text: cluster.webhookNote })
    }
    if (message.is === 'started' && 'run' in this.#session) this.#see({ saw: 'started', run: this.#session.run })
  }
}
