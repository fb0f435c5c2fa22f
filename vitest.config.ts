import { defineConfig } from 'vitest/config'

// Two projects: what needs nothing but this process, and the integration suite, which talks to a server
// (KUBEWRIGHT_TEST_SERVER = embedded, the default, or real).
export default defineConfig({
  test: {
    // The integration suite waits more than it computes: a third worker and many tests at once fill two cores.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'operators/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          pool: 'threads',
          // No test asserts a time; on a busy machine the largest properties take their time all the same.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxConcurrency: 20,
        },
      },
    ],
  },
})
