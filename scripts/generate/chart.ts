// The Helm chart, deploy/chart/kubewright: its values, their schema and README, and what it knows of each operator. Only the templates in it that choose
// and place are written by hand.
//   node scripts/generate/chart.ts [--check]
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadOperators, OPERATOR_NAMES } from '../../packages/cli/src/commands/operators.ts'
import { chartFileOf } from './chart/chart-file.ts'
import { crdTemplateOf } from './chart/crd-template.ts'
import { jsonSchemaOf } from './chart/json-schema.ts'
import { factsOf } from './chart/operator-facts.ts'
import { readmeOf } from './chart/readme.ts'
import { valuesOf } from './chart/values.ts'
import { valuesFileOf } from './chart/values-file.ts'
import { runGenerator } from './output.ts'

const CHART = 'deploy/chart/kubewright'
const deploy = join(import.meta.dirname, '..', '..', 'deploy')

const operators = (await loadOperators(OPERATOR_NAMES)).toSorted((a, b) => a.name.localeCompare(b.name))
const schema = jsonSchemaOf(valuesOf(operators.map(({ name, description, config }) => ({ name, description, settings: config }))))

/** A chart has only what is in its folder. */
function copiesOf(folder: string, end: string): readonly (readonly [string, string])[] {
  return readdirSync(join(deploy, folder))
    .filter((file) => file.endsWith(end))
    .map((file) => [`${CHART}/files/${folder}/${file}`, readFileSync(join(deploy, folder, file), 'utf8')])
}

runGenerator(
  () =>
    new Map([
      [`${CHART}/Chart.yaml`, chartFileOf()],
      [`${CHART}/values.yaml`, valuesFileOf(schema)],
      [`${CHART}/values.schema.json`, `${JSON.stringify(schema, undefined, 2)}\n`],
      [`${CHART}/README.md`, readmeOf(schema, operators)],
      ...operators.map((operator) => [`${CHART}/files/operators/${operator.name}.yaml`, factsOf(operator)] as const),
      ...operators.map((operator) => [`${CHART}/templates/crds/${operator.name}.yaml`, crdTemplateOf(operator)] as const),
      ...copiesOf('dashboards', '.json'),
      ...copiesOf('alerts', '.yaml'),
    ]),
)
