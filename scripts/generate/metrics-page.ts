// Writes docs/metrics.md: what the programs measure, from the registries that the programs themselves fill.
//   node scripts/generate/metrics-page.ts [--check]
import { connectTo } from '@kubewright/client'
import { createManager, type Manager, processMetrics, Registry, restClientMetrics, silentLogger } from '@kubewright/runtime'
import { loadOperators, OPERATOR_NAMES } from '../../packages/cli/src/commands/operators.ts'
import { runGenerator } from './output.ts'

interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  /** None for a second name of a metric: its labels are those of the first. */
  readonly labels: readonly string[]
}

/** What a manager has in its registry when it has been set up; nothing is connected to. */
async function familiesOf(setUp: (manager: Manager) => void): Promise<readonly Family[]> {
  const metrics = new Registry()
  const client = connectTo({ server: 'http://127.0.0.1:9' }, { observe: restClientMetrics(metrics) })
  const manager = createManager({ client, log: silentLogger, metrics })
  setUp(manager)
  processMetrics(metrics)
  const labels = new Map(
    metrics.getMetricsAsArray().map((metric) => [metric.name, (metric as { readonly labelNames?: readonly string[] }).labelNames]),
  )
  const families = (await metrics.getMetricsAsJSON()).map(({ name, help, type }) => ({
    name,
    help,
    type: String(type),
    labels: labels.get(name) ?? [],
  }))
  await client.close()
  return families.toSorted((one, other) => one.name.localeCompare(other.name))
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')
const tableOf = (families: readonly Family[]) => [
  '| metric | kind | labels | what it is |',
  '| --- | --- | --- | --- |',
  ...families.map(
    ({ name, type, labels, help }) => `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${cell(help)} |`,
  ),
  '',
]

const runtime = await familiesOf(() => {})
const own = new Set(runtime.map(({ name }) => name))
const sections: string[] = []
for (const operator of (await loadOperators(OPERATOR_NAMES)).toSorted((one, other) => one.name.localeCompare(other.name))) {
  const families = await familiesOf((manager) => operator.setup(manager, operator.config.parse({})))
  sections.push(`## ${operator.name}`, '', ...tableOf(families.filter(({ name }) => !own.has(name))))
}

const page = [
  '# Metrics',
  '',
  'Written by `node scripts/generate/metrics-page.ts` from the registries of the programs; do not edit. They are served at `/metrics` (`--metrics-bind-address`).',
  '',
  '## Every program',
  '',
  'The families of controller-runtime have its names, so that dashboards stay. A controller adds its series when it starts.',
  '',
  ...tableOf(runtime),
  ...sections,
]

runGenerator(() => new Map([['docs/metrics.md', `${page.join('\n').trimEnd()}\n`]]))
