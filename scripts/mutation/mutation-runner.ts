import fc from 'fast-check'
import { inject, type RunnerTestCase, type RunnerTestFile, type SerializedConfig, TestRunner } from 'vitest'
import { type Findings, read, write } from './findings.ts'
import { MutantSwitch, NONE } from './mutant-switch.ts'
import { surroundingsOf } from './test-hooks.ts'

/** A test that takes so much longer than it does without a mutant waits for what does not come. */
const PATIENCE = { times: 20, ms: 5_000 }
/** A loop that asks so much more often has no end. */
const ENDLESS = { times: 100, more: 100_000 }
/**
 * A test that asks so often, all its runs together, has had its turn: the largest would take half an hour. What it did not come to lives on.
 * Counted and not timed, so that each run finds the same.
 */
const ENOUGH = 30_000_000

type Outcome = { readonly is: 'passed' } | { readonly is: 'failed'; readonly error: unknown }
type Counted = Outcome & { readonly asked: number }

/** Runs each test once as it is, and then again with each mutant that it came across and that lives yet. */
export default class MutationRunner extends TestRunner {
  readonly #switch = new MutantSwitch()
  readonly #given = inject('mutation')
  readonly #findings: Findings = read(this.#given.findings)

  constructor(config: SerializedConfig) {
    super(config)
    // Same numbers each time; and whether a test fails is all that is asked, not its shortest example.
    fc.configureGlobal({ seed: 20261122, endOnFailure: true })
    this.#switch.turnTo(this.#given.mutant)
  }

  /** Instead of the test's function. */
  async runTask(test: RunnerTestCase): Promise<void> {
    const name = test.fullTestName
    if (this.#given.mutant !== NONE) return this.#tryFromTheStart(test, name)
    for (const id of this.#switch.seen) if (!this.#findings.loaded.includes(id)) this.#findings.loaded.push(id)
    this.#switch.turnTo(NONE)
    const start = performance.now()
    await TestRunner.getTestFn(test)()
    const took = performance.now() - start
    const { asked, seen } = this.#switch
    for (const id of seen) if (!this.#findings.covered.includes(id)) this.#findings.covered.push(id)
    await this.#tryEach(test, name, [...seen], { ms: took * PATIENCE.times + PATIENCE.ms, asked: asked * ENDLESS.times + ENDLESS.more })
    this.#switch.turnTo(NONE)
  }

  override onAfterRunFiles(files: RunnerTestFile[]): void {
    super.onAfterRunFiles(files)
    write(this.#given.findings, this.#findings)
  }

  async #tryEach(
    test: RunnerTestCase,
    name: string,
    seen: readonly number[],
    limits: { readonly ms: number; readonly asked: number },
  ): Promise<void> {
    const { killed } = this.#findings
    const here: number[] = []
    let asked = 0
    for (const id of seen) {
      if (killed[id] !== undefined) continue
      if (asked > ENOUGH) break
      const outcome = await this.#again(test, id, limits)
      asked += outcome.asked
      if (outcome.is === 'passed') continue
      killed[id] = name
      here.push(id)
    }
    if (here.length === 0) return
    // A test that what went before has spoilt fails with every mutant.
    const clean = await this.#again(test, NONE, { ...limits, asked: Number.POSITIVE_INFINITY })
    if (clean.is === 'passed') return
    this.#findings.unsound.push(`${name}: ${String(clean.error)}`)
    for (const id of here) delete killed[id]
  }

  async #again(test: RunnerTestCase, mutant: number, limits: { readonly ms: number; readonly asked: number }): Promise<Counted> {
    const surroundings = surroundingsOf(test)
    this.#switch.turnTo(NONE)
    await surroundings.after()
    await surroundings.before()
    this.#switch.turnTo(mutant, limits.asked)
    const outcome = await inTime(async () => TestRunner.getTestFn(test)(), limits.ms)
    const { asked, isEndless } = this.#switch
    this.#switch.turnTo(NONE)
    // What swallows the error of an endless loop has not passed.
    return { ...(isEndless ? { is: 'failed', error: 'a loop without an end' } : outcome), asked }
  }

  async #tryFromTheStart(test: RunnerTestCase, name: string): Promise<void> {
    const { mutant } = this.#given
    if (this.#findings.killed[mutant] !== undefined) return
    const outcome = await inTime(async () => TestRunner.getTestFn(test)(), PATIENCE.ms)
    if (outcome.is === 'failed') this.#findings.killed[mutant] = name
  }
}

async function inTime(run: () => Promise<void>, ms: number): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const timer = setTimeout(() => resolve({ is: 'failed', error: `no end within ${ms} ms` }), ms)
  run().then(
    () => resolve({ is: 'passed' }),
    (error: unknown) => resolve({ is: 'failed', error }),
  )
  const outcome = await promise
  clearTimeout(timer)
  return outcome
}
