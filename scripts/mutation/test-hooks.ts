import { type RunnerTestCase, type RunnerTestSuite, TestRunner } from 'vitest'

/** What stands around a test: it has to happen around each further run of it, too. */
export interface Surroundings {
  before(): Promise<void>
  after(): Promise<void>
}

export function surroundingsOf(test: RunnerTestCase): Surroundings {
  const suites: RunnerTestSuite[] = []
  for (let suite = test.suite ?? test.file; suite; suite = suite.suite ?? (suite === suite.file ? undefined! : suite.file))
    suites.unshift(suite)
  let cleanups: (() => unknown)[] = []
  return {
    async before() {
      for (const suite of suites) {
        for (const hook of TestRunner.getSuiteHooks(suite).beforeEach) {
          const cleanup: unknown = await hook(test.context, suite)
          if (typeof cleanup === 'function') cleanups.push(() => cleanup())
        }
      }
    },
    async after() {
      for (const suite of suites.toReversed()) for (const hook of TestRunner.getSuiteHooks(suite).afterEach) await hook(test.context, suite)
      for (const cleanup of cleanups.toReversed()) await cleanup()
      cleanups = []
    },
  }
}
