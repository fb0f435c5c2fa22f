import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import LongFirst from './scripts/long-first.ts'
import { serverSuites } from './scripts/server-suites.ts'

// Files share their worker's modules (`isolate: false`): nothing here keeps state in a module, and loading everything anew for each file took
// half of the processor's time.
//
// Three projects: what needs nothing but this process; the integration suite, which talks to a server (KUBEWRIGHT_TEST_SERVER = embedded, the default,
// or real); and those across packages that would be the same on each server.
const { either, local } = serverSuites(import.meta.dirname)

/** Files that start programs and servers. */
const acrossPackages = {
  pool: 'forks',
  isolate: false,
  // Hundreds of programs are started from their sources: compiled once and kept, each takes half as long.
  env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'compiled') },
  // What hangs is ended; what is slow, on a machine that is busy with other things too, is not.
  testTimeout: 180_000,
  hookTimeout: 120_000,
  maxConcurrency: 20,
} as const

export default defineConfig({
  test: {
    // The integration suite waits more than it computes: four workers and many tests at once fill two cores.
    maxWorkers: 4,
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'operators/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          pool: 'threads',
          isolate: false,
          // No test asserts a time; on a busy machine the largest properties take their time all the same.
          testTimeout: 30_000,
        },
      },
      { test: { name: 'integration', include: [...either], ...acrossPackages } },
      { test: { name: 'local', include: [...local], ...acrossPackages } },
    ],
  },
})
