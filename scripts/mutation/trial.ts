import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BaseSequencer, createVitest, type TestModule, type TestSpecification, type Vitest } from 'vitest/node'
import type { Core } from './cores.ts'
import { type Findings, read, write } from './findings.ts'
import { type Instrumented, instrumented, type Mutant } from './instrumented.ts'
import { NONE } from './mutant-switch.ts'

export interface Trial {
  readonly mutants: readonly Mutant[]
  readonly findings: Findings
}

/** Tries all mutants of a core. @throws Error when its tests fail without any */
export async function trial(root: string, core: Core): Promise<Trial> {
  const sources = new Map<string, Instrumented>()
  let first = 0
  for (const file of core.files) {
    const source = instrumented(readFileSync(join(root, file), 'utf8'), file, first)
    sources.set(join(root, file), source)
    first += source.mutants.length
  }
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-mutation-'))
  const findings = join(folder, 'findings.json')
  const vitest = await prepared(root, core, sources)
  try {
    const problems = await runTests(vitest, core, { findings, mutant: NONE })
    if (problems.length > 0) throw new Error(`the tests fail without a mutant: ${problems.join('; ')}`)
    for (const mutant of read(findings).loaded) await tryFromTheStart(vitest, core, { findings, mutant })
    return { mutants: [...sources.values()].flatMap(({ mutants }) => mutants), findings: read(findings) }
  } finally {
    await vitest.close()
    rmSync(folder, { recursive: true })
  }
}

/** What is computed when a module is loaded is wrong for all tests, or for none. */
async function tryFromTheStart(vitest: Vitest, core: Core, given: { readonly findings: string; readonly mutant: number }): Promise<void> {
  if (read(given.findings).killed[given.mutant] !== undefined) return
  const problems = await runTests(vitest, core, given)
  const found = read(given.findings)
  // A file that cannot be loaded any more has no test that could fail.
  if (problems.length > 0) write(given.findings, { ...found, killed: { ...found.killed, [given.mutant]: problems[0]! } })
}

function prepared(root: string, core: Core, sources: ReadonlyMap<string, Instrumented>): Promise<Vitest> {
  const rank = ({ moduleId }: TestSpecification) => core.tests.findIndex((test) => moduleId.endsWith(test))
  class InOrder extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      return files.toSorted((one, other) => rank(one) - rank(other))
    }
  }
  const transform = (_code: string, id: string) => sources.get(id.split('?')[0] ?? id)?.code
  return createVitest(
    {
      root,
      config: false,
      watch: false,
      include: [...core.tests],
      pool: 'forks',
      isolate: false,
      maxWorkers: 1,
      fileParallelism: false,
      runner: join(import.meta.dirname, 'mutation-runner.ts'),
      sequence: { sequencer: InOrder },
      // One "test" is hundreds of runs of it.
      testTimeout: 3_600_000,
      hookTimeout: 3_600_000,
      // Its keys know the files and not what we make of them: another run would be given instrumented code.
      fsModuleCache: false,
      silent: true,
      reporters: [{}],
      // What a mutant leaves behind may throw later.
      dangerouslyIgnoreUnhandledErrors: true,
    },
    { plugins: [{ name: 'mutants', enforce: 'pre', transform }] },
  )
}

/** @returns what failed */
async function runTests(
  vitest: Vitest,
  core: Core,
  mutation: { readonly findings: string; readonly mutant: number },
): Promise<readonly string[]> {
  vitest.provide('mutation', mutation)
  const specifications = await vitest.globTestSpecifications()
  if (specifications.length !== core.tests.length)
    throw new Error(`of ${core.tests.length} files with tests ${specifications.length} were found`)
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications)
  const silent = testModules.find((module) => module.state() === 'pending' || module.state() === 'queued')
  if (testModules.length === 0 || silent) throw new Error(`the tests did not run: ${unhandledErrors.map(String).join('; ')}`)
  return testModules.flatMap(problemsOf)
}

function problemsOf(module: TestModule): readonly string[] {
  const failed = [...module.children.allTests('failed')].flatMap((test) => test.result().errors ?? [])
  return [...module.errors(), ...failed].map(({ message }) => message)
}
