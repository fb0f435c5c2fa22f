import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * A vitest reporter that ends the output with one line any machine can read: `N passed, N failed`, and `, N skipped` only after the
 * reason of each. A file that could not be loaded, and an error outside of any test, count as failures.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<unknown>): void {
    let passed = 0
    let failed = unhandled.length
    const skipped: TestCase[] = []
    for (const module of modules) {
      failed += module.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed++
        else if (state === 'failed') failed++
        else skipped.push(test)
      }
    }
    for (const test of skipped) {
      const result = test.result()
      process.stdout.write(`skipped: ${test.fullName}: ${('note' in result && result.note) || 'no reason was given'}\n`)
    }
    // After every other reporter has had its say.
    process.on('exit', () =>
      process.stdout.write(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}\n`),
    )
  }
}
