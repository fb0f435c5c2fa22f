// `npm run soak -- --minutes N [--server embedded|real] [--seed S]`: all operators at work for so long, on objects that change all the time and over a
// network that fails now and then. Fails when something grows, was missed, or was done that should not have been. `--plant leak|miss|deletion` makes a
// defect on purpose, which it has to find.
import { messageOf } from 'kubewright'
import { chosen, type SoakChoice } from '../test/soak/options.ts'
import { printed, problemsOf, type SoakReport } from '../test/soak/report.ts'
import { soak } from '../test/soak/soak.ts'

async function main(): Promise<number> {
  let options: SoakChoice
  try {
    options = chosen(process.argv.slice(2), () => Math.floor(Math.random() * 1e9))
  } catch (error) {
    process.stderr.write(`soak: ${messageOf(error)}\n`)
    return 2
  }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(`ended by ${signal}`)))
  const { minutes, server, seed } = options
  process.stdout.write(`soak: ${minutes} min on the ${server} API server, seed ${seed}\n`)
  let report: SoakReport
  try {
    report = await soak({ ...options, signal: stop.signal, say: (line) => process.stdout.write(`${line}\n`) })
  } catch (error) {
    process.stderr.write(`soak: ${messageOf(stop.signal.aborted ? stop.signal.reason : error)}\n`)
    return 1
  }
  process.stdout.write(`\n${printed(report)}`)
  const problems = problemsOf(report)
  process.stdout.write(problems.length === 0 ? 'soak: passed\n' : `soak: failed: ${problems.length} problems; again with --seed ${seed}\n`)
  return problems.length === 0 ? 0 : 1
}

process.exitCode = await main()
