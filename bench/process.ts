// What a process costs that has nothing to do: how long it takes to be ready, and what it holds of memory then.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { startTestCluster } from 'kubewright/testing'
import { OPERATOR_NAMES } from '../packages/cli/src/commands/operators.ts'
import { BUILD_OPTIONS } from '../scripts/build.mjs'
import { ENVIRONMENT, NODE_FLAGS } from '../scripts/image/memory-settings.ts'
import { bundleProgram, PROGRAM } from '../scripts/image/program-bundle.ts'
import type { Measurement } from './main.ts'
import { type Cost, costOf, type ProgramStart } from './process/idle-process.ts'
import { show, summarise } from './statistics.ts'

const ROUNDS = 5
const IN_THE_IMAGE = { flags: NODE_FLAGS, environment: ENVIRONMENT }
const PLAIN = { flags: [], environment: {} }
const command = join(dirname(import.meta.dirname), 'packages', 'cli', 'bin', 'kubewright.mjs')

export async function measure(): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-bench-'))
  try {
    await using cluster = await startTestCluster({ server: 'embedded' })
    const programs = await programsIn(folder, cluster.kubeconfigPath)
    const costs = new Map<string, Cost[]>(programs.keys().map((name) => [name, []]))
    // The first round fills caches, and puts kinds into the cluster.
    for (let round = 0; round <= ROUNDS; round++)
      for (const [name, program] of programs) {
        const cost = await costOf(round === 0 ? { ...program, args: [...program.args, '--install-crds'] } : program)
        if (round > 0) costs.get(name)!.push(cost)
      }
    return {
      title: `process: start to ready, and resident memory three seconds later; nothing to do; median (range) of ${ROUNDS} rounds`,
      columns: ['program', 'start to ready', 'CPU of that', 'resident', 'of it its own (the rest is of Node’s file)'],
      rows: [...costs].map(([name, of]) => [name, ...cellsOf(of)]),
      raw: Object.fromEntries(costs),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const cellsOf = (costs: readonly Cost[]): readonly string[] => [
  show(summarise(costs.map(({ readyMs }) => readyMs)), 'ms'),
  show(summarise(costs.map(({ cpuMs }) => cpuMs)), 'ms'),
  show(summarise(costs.map(({ residentMb }) => residentMb)), 'MB'),
  show(summarise(costs.map(({ ownMb }) => ownMb)), 'MB'),
]

async function programsIn(folder: string, kubeconfig: string): Promise<ReadonlyMap<string, ProgramStart>> {
  const connection = ['--kubeconfig', kubeconfig]
  const entryPoints = ['empty-operator', 'floor'].map((name) => join(import.meta.dirname, 'process', `${name}.ts`))
  await build({ ...BUILD_OPTIONS, entryPoints, outdir: folder, outExtension: { '.js': '.mjs' }, splitting: true, minify: true })
  const [empty, floor] = [join(folder, 'empty-operator.mjs'), join(folder, 'floor.mjs')]
  mkdirSync(join(folder, 'program'))
  for (const [name, content] of (await bundleProgram()).files) writeFileSync(join(folder, 'program', name), content)
  const program = join(folder, 'program', PROGRAM)
  return new Map<string, ProgramStart>([
    ['the floor: Node with a server for its probe, and its TLS; nothing of ours', { ...IN_THE_IMAGE, args: [floor, ...connection] }],
    ['an empty operator, bundled, as in the image', { ...IN_THE_IMAGE, args: [empty, ...connection] }],
    ['an empty operator, bundled, by Node as it is', { ...PLAIN, args: [empty, ...connection] }],
    ...OPERATOR_NAMES.map(
      (name) => [`${name}, as in the image`, { ...IN_THE_IMAGE, args: [program, 'run', name, ...connection] }] as const,
    ),
    ['gc, by the command of the npm package', { ...PLAIN, args: [command, 'run', 'gc', ...connection] }],
  ])
}
