// The process that is measured: all operators in one manager, on the connection and with the settings of the argument. Servers, churn and faults are
// in the process that has started this one, so that what grows here is the operators' own. It answers questions, and ends with SIGTERM.
import { connectTo, createLogger, createManager, processMetrics, Registry, restClientMetrics } from 'kubewright'
import { loadOperators, OPERATOR_NAMES } from '../../packages/cli/src/commands/operators.ts'
import { addParts } from '../../packages/cli/src/program/added-parts.ts'
import { BESIDE, installProgramKindsBeside } from '../../packages/cli/src/program/kind-installation.ts'
import { type RunSettings, settingsWith } from '../../packages/cli/src/settings/program.ts'
import { resolveSettings } from '../../packages/cli/src/settings/resolve.ts'
import { cachedOf } from './cached.ts'
import { Measurement } from './measurement.ts'
import type { Answer, ProgramArgument, Question } from './operators-process.ts'

const { connection, settings: given, isLeaking } = JSON.parse(process.argv[2]!) as ProgramArgument
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())

/** What the soak has to find when it is told to: 16 kB of each request are never let go. */
const leak: unknown[] = []
const metrics = new Registry()
const observe = restClientMetrics(metrics)
const client = connectTo(connection, {
  fieldManager: 'kubewright-soak',
  observe(request) {
    observe(request)
    if (isLeaking) leak.push(new Array(2_048).fill(leak.length))
  },
})
const parts = { name: 'soak', operators: await loadOperators(OPERATOR_NAMES), controllers: [], webhooks: [], conversions: [] }
await installProgramKindsBeside(client, parts, stop.signal)
const manager = createManager({
  client,
  metrics,
  log: createLogger({ level: 'warn', format: 'json', destination: process.stderr }),
  metricsBindAddress: '0',
  healthProbeBindAddress: '0',
  leaderElection: false,
  preStopDelay: 0,
})
processMetrics(manager.metrics)
const measurement = new Measurement(manager)
const flags = { ...given, webhookUrl: BESIDE, webhookPort: '0' }
const settings = resolveSettings(settingsWith(parts.operators), { flags, environment: {} }) as RunSettings
const webhooks = addParts(manager, parts, settings, 'default')

async function answer(question: Question): Promise<Answer> {
  return question === 'sample' ? { sample: await measurement.sample() } : { cached: cachedOf(manager.cache) }
}

process.on('message', (question: Question) => {
  answer(question).then(
    (told) => process.send!(told),
    (error: unknown) => stop.abort(error),
  )
})
const running = manager.run(stop.signal)
await Promise.race([Promise.all([manager.elected, webhooks?.whenServing?.(stop.signal)]), running])
process.send!({ ready: true } satisfies Answer)
await running
await client.close()
if (leak.length === 0 && isLeaking) throw new Error('nothing was asked, so nothing has leaked')
// The channel to the parent would keep it alive.
process.disconnect()
