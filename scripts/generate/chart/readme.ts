import type { OperatorDefinition } from '../../../packages/cli/src/operator.ts'
import { type JsonSchema, leavesOf, resolved } from './json-schema.ts'

export function readmeOf(schema: JsonSchema, operators: readonly OperatorDefinition[]): string {
  const { defaults, operators: _, global: __, ...whole } = schema.properties!
  const lines = [
    '# kubewright',
    '',
    'Installs operators of Kubewright: each that is switched on becomes a Deployment of its own, with a ServiceAccount that has exactly the rights which its',
    'definitions ask for. How to install, upgrade and remove it: `docs/install.md`. Written by `node scripts/generate/chart.ts`; do not edit.',
    '',
    'One release in a cluster: the definitions, the roles and the webhook configurations have fixed names, and Helm refuses a second one of them.',
    '',
    '## Values of the whole',
    '',
    ...tableOf({ ...schema, properties: whole }, schema, ''),
    '## Values of the operators',
    '',
    '`defaults` tells all operators; each of these may be told to one in `operators.NAME` too, which wins, part by part.',
    '',
    ...tableOf(resolved(defaults!, schema), schema, 'defaults.'),
    ...operators.flatMap(({ name, description }) => {
      const own = resolved(schema.properties!['operators']!, schema).properties![name]!
      const { enabled, settings } = own.properties!
      const properties = { enabled: enabled!, settings: settings! }
      return [
        `## ${name}`,
        '',
        `${description.charAt(0).toUpperCase()}${description.slice(1)}.`,
        '',
        ...tableOf({ properties }, schema, `operators.${name}.`),
      ]
    }),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

function tableOf(schema: JsonSchema, root: JsonSchema, prefix: string): readonly string[] {
  const rows = leavesOf(schema, root).map(({ path, schema: { description = '', default: value, enum: choices } }) => {
    const about = choices === undefined ? description : `${description}; one of ${choices.filter((each) => each !== '').join(', ')}`
    return `| \`${prefix}${path.join('.')}\` | ${cell(about)} | ${value === undefined ? '' : `\`${cell(JSON.stringify(value))}\``} |`
  })
  return ['| value | | default |', '| --- | --- | --- |', ...rows, '']
}
