// `npm run observe -- [--seconds N] [--write]`: the operators as programs of their own on the embedded API server, with work to do and everything going
// wrong that alerts are about, and a real Prometheus (Debian's package prometheus) that is asked for every panel of the dashboards and every alert. Fails
// when one of them has nothing to show. `--write`: what was seen becomes docs/observed.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from 'kubewright'
import { observe } from '../test/deploy/observed/observation.ts'
import { pageOf } from '../test/deploy/observed/page.ts'
import { QUIET, UNPROVOKED } from '../test/deploy/observed/reasons.ts'
import { type Observation, problemsOf } from '../test/deploy/observed/verdict.ts'

const REASONS = { quiet: QUIET, unprovoked: UNPROVOKED }
const { seconds, write } = parseArgs({
  options: { seconds: { type: 'string', default: '90' }, write: { type: 'boolean', default: false } },
}).values
const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(`ended by ${signal}`)))

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'kubewright-observe-'))
  const say = (line: string) => void process.stdout.write(`observe: ${line}\n`)
  let seen: Observation
  try {
    seen = await observe({ seconds: Number(seconds), folder, say, signal: stop.signal })
  } catch (error) {
    process.stderr.write(`observe: ${messageOf(stop.signal.aborted ? stop.signal.reason : error)}\nobserve: logs are in ${folder}\n`)
    return 1
  }
  const problems = problemsOf(seen, REASONS)
  for (const problem of problems) process.stderr.write(`observe: ${problem}\n`)
  if (write) writeFileSync(join(dirname(import.meta.dirname), 'docs', 'observed.md'), pageOf(seen, REASONS))
  say(`${seen.panels.length} queries of panels, ${seen.alerts.length} alerts, ${problems.length} problems`)
  if (problems.length > 0) say(`logs are in ${folder}`)
  else rmSync(folder, { recursive: true })
  return problems.length === 0 ? 0 : 1
}

process.exitCode = await main()
