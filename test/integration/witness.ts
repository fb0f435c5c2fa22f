// What a program was told of a churn, held against what was written.
import type { ConfigMap } from '@kubewright/client'
import { compareResourceVersions } from '@kubewright/core'
import type { EventHandler, Informer } from '@kubewright/runtime'
import type { Ledger } from './churn.ts'

export interface Report {
  /** Objects that the cache or the controller ended with in another state than the server's. */
  readonly missed: number
  /** States or deletions that one handler heard of twice. */
  readonly doubled: number
  /** A state after a newer one of the same object, or of an object that was already gone. */
  readonly disordered: number
  /** States that nobody ever wrote. */
  readonly stale: number
  readonly text: string
}

export class Witness {
  informer: Informer<ConfigMap> | undefined
  readonly #told = new Map<string, { versions: string[]; gone: boolean }>()
  readonly #seen = new Map<string, number>()
  readonly #reconciled = new Map<string, string | undefined>()
  #disordered = 0
  #reconciles = 0

  readonly handler: EventHandler<ConfigMap> = {
    add: (object) => this.#heard(object),
    update: (_, object) => this.#heard(object),
    delete: ({ metadata: { uid = '' } }) => {
      this.#count(`gone ${uid}`)
      const life = this.#told.get(uid)
      if (life === undefined) this.#disordered++
      else life.gone = true
    },
  }

  reconciled({ metadata: { name = '', resourceVersion } }: ConfigMap): void {
    this.#reconciles++
    this.#reconciled.set(name, resourceVersion)
  }

  goneIn(name: string): void {
    this.#reconciled.set(name, undefined)
  }

  /** What is not yet as the server has it, in words. */
  unsettled({ histories }: Ledger): readonly string[] {
    const problems: string[] = []
    for (const [name, { versions, alive }] of histories) {
      const wanted = alive ? versions.at(-1)?.resourceVersion : undefined
      const cached = this.informer?.list().find(({ metadata }) => metadata.name === name)?.metadata.resourceVersion
      if (cached !== wanted) problems.push(`${name} is ${wanted ?? 'gone'}, the cache has ${cached ?? 'nothing'}`)
      if (this.#reconciled.get(name) !== wanted)
        problems.push(`${name} is ${wanted ?? 'gone'}, the last reconcile saw ${this.#reconciled.get(name)}`)
    }
    return problems
  }

  report(ledger: Ledger): Report {
    const histories = [...ledger.histories.values()]
    const written = new Set(histories.flatMap(({ versions }) => versions.map(({ resourceVersion }) => resourceVersion)))
    const told = new Set([...this.#told.values()].flatMap(({ versions }) => versions))
    const missed = this.unsettled(ledger).length
    const doubled = [...this.#seen.values()].filter((times) => times > 1).length
    const stale = [...told].filter((version) => !written.has(version)).length
    const folded = [...written].filter((version) => !told.has(version)).length
    const text = `${ledger.writes} writes, ${told.size} states told, ${folded} folded into a later one, ${this.#reconciles} reconciles; missed ${missed}, doubled ${doubled}, out of order ${this.#disordered}`
    return { missed, doubled, disordered: this.#disordered, stale, text }
  }

  #heard({ metadata: { uid = '', resourceVersion = '' } }: ConfigMap): void {
    this.#count(resourceVersion)
    const life = this.#told.get(uid) ?? { versions: [], gone: false }
    this.#told.set(uid, life)
    const last = life.versions.at(-1)
    if (life.gone || (last !== undefined && compareResourceVersions(last, resourceVersion) > 0)) this.#disordered++
    life.versions.push(resourceVersion)
  }

  #count(what: string): void {
    this.#seen.set(what, (this.#seen.get(what) ?? 0) + 1)
  }
}
