// `npm run soak -- --minutes N [--server embedded|real] [--seed S]`: all operators at work for so long, on objects that change all the time and over a
// network that fails now and then. Fails when something grows, was missed, or was done that should not have been. `--plant leak|miss|deletion` makes a
// defect on purpose, which it has to find.
import { parseArgs } from 'node:util'
import { printed, problemsOf } from '../test/soak/report.ts'
import { PLANTS, type SoakOptions, soak } from '../test/soak/soak.ts'

type Chosen = Pick<SoakOptions, 'minutes' | 'server' | 'seed' | 'plant'>

/** @throws Error saying what is wrong */
export function chosen(args: readonly string[], seed: () => number): Chosen {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ args: [...args], options: { minutes: text, server: text, seed: text, plant: text } })
  const minutes = Number(values.minutes ?? Number.NaN)
  if (!(minutes > 0)) throw new Error('--minutes: give how long it is to last, such as --minutes 5')
  const { server = 'embedded' } = values
  if (server !== 'embedded' && server !== 'real') throw new Error(`--server: "${server}" must be "embedded" or "real"`)
  const number = values.seed === undefined ? seed() : Number(values.seed)
  if (!Number.isInteger(number)) throw new Error(`--seed: "${values.seed}" must be a whole number`)
  const plant = PLANTS.find((each) => each === values.plant)
  if (values.plant !== undefined && plant === undefined) throw new Error(`--plant: "${values.plant}" must be one of ${PLANTS.join(', ')}`)
  return { minutes, server, seed: number, plant }
}

async function main(): Promise<number> {
  let options: Chosen
  try {
    options = chosen(process.argv.slice(2), () => Math.floor(Math.random() * 1e9))
  } catch (error) {
    process.stderr.write(`soak: ${(error as Error).message}\n`)
    return 2
  }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(`ended by ${signal}`)))
  const { minutes, server, seed } = options
  process.stdout.write(`soak: ${minutes} min on the ${server} API server, seed ${seed}\n`)
  const report = await soak({ ...options, signal: stop.signal, say: (line) => process.stdout.write(`${line}\n`) })
  process.stdout.write(`\n${printed(report)}`)
  const problems = problemsOf(report)
  process.stdout.write(problems.length === 0 ? 'soak: passed\n' : `soak: failed: ${problems.length} problems; again with --seed ${seed}\n`)
  return problems.length === 0 ? 0 : 1
}

if (import.meta.main) process.exitCode = await main()
