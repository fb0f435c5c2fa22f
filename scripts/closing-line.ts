import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'

const SLOWEST = 10

/**
 * A vitest reporter that ends the output with what one wants to know of a long run: the files that took longest, each failure once more in a line,
 * and one line that any machine can read: `N passed, N failed`, and `, N skipped` only after the reason of each. A file that could not be loaded,
 * and an error outside of any test, count as failures.
 */
export default class ClosingLine implements Reporter {
  #root = ''

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<unknown>): void {
    const lines = closingLines(modules, unhandled, this.#root)
    // After every other reporter has had its say.
    process.on('exit', () => process.stdout.write(`${lines.join('\n')}\n`))
  }
}

export function closingLines(modules: readonly TestModule[], unhandled: readonly unknown[], root: string): readonly string[] {
  const file = ({ moduleId }: TestModule) => relative(root, moduleId)
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const ended = (state: string) => tests.filter((test) => test.result().state === state)
  const skipped = tests.filter((test) => !['passed', 'failed'].includes(test.result().state))
  const failures = [
    ...ended('failed').map((test) => `${file(test.module)}: ${nameOf(test)}: ${firstLine(test.result().errors?.[0])}`),
    ...modules.flatMap((module) => module.errors().map((error) => `${file(module)}: ${firstLine(error)}`)),
    ...unhandled.map((error) => `outside of any test: ${firstLine(error)}`),
  ]
  return [
    ...slowest(modules).map((module) => `slow: ${seconds(module)} s ${file(module)}`),
    ...skipped.map((test) => `skipped: ${nameOf(test)}: ${reasonOf(test)}`),
    ...failures.map((failure) => `failed: ${failure}`),
    `${ended('passed').length} passed, ${failures.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
  ]
}

/** A name may be made of a text of several lines. */
const nameOf = ({ fullName }: TestCase): string => fullName.replaceAll(/\s+/g, ' ')

const seconds = (module: TestModule): number => Math.round(module.diagnostic().duration / 1000)

function slowest(modules: ReadonlyArray<TestModule>): readonly TestModule[] {
  const long = modules.filter((module) => seconds(module) >= 10)
  return long.toSorted((one, other) => other.diagnostic().duration - one.diagnostic().duration).slice(0, SLOWEST)
}

function reasonOf(test: TestCase): string {
  const result = test.result()
  return ('note' in result && result.note) || 'no reason was given'
}

function firstLine(error: unknown): string {
  const { message } = error as { readonly message?: unknown }
  return String(message ?? error).split('\n')[0]!
}
