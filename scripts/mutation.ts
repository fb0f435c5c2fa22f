// `npm run mutation -- NAME…`: changes the core of that name in every small way that there is, one at a time, and says which changes no test beside it
// notices. Without a name it lists the cores. Fails below 90 %. It takes seconds to minutes a core, so it is no part of `npm test`.
import { dirname } from 'node:path'
import { CORES } from './mutation/cores.ts'
import { printed, verdictOf } from './mutation/survivors.ts'
import { trial } from './mutation/trial.ts'

const root = dirname(import.meta.dirname)

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !Object.hasOwn(CORES, name))
  if (names.length === 0 || unknown !== undefined) {
    const list = Object.entries(CORES).map(([name, { what }]) => `  ${name.padEnd(10)} ${what}\n`)
    process.stderr.write(
      `mutation: ${unknown === undefined ? 'name a core' : `there is no core "${unknown}"`}, of these:\n${list.join('')}`,
    )
    return 2
  }
  let failed = false
  for (const name of names) {
    const verdict = verdictOf(await trial(root, CORES[name]!))
    process.stdout.write(printed(name, verdict))
    failed ||= verdict.problems.length > 0
  }
  return failed ? 1 : 0
}

// Not by its code alone: what a mutant left behind in a worker may keep the process.
process.exit(await main(process.argv.slice(2)))
