// Writes docs/errors.md: every code that an error is printed with, and every reason of a condition or event, as `kubewright explain` tells them.
//   node scripts/generate/errors-page.ts [--check]
import { loadOperators, OPERATOR_NAMES } from '../../packages/cli/src/commands/operators.ts'
import { type Entry, errorEntries, operatorEntries, runtimeEntries } from '../../packages/cli/src/explained/catalogue.ts'
import { runGenerator } from './output.ts'

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
// In code what is in angle brackets stays as it is.
const prose = (text: string) =>
  text
    .split('`')
    .map((part, index) => (index % 2 === 0 ? cell(part) : part.replaceAll('|', '\\|')))
    .join('`')

const rowOf = ({ code, cause, mend = '' }: Entry) => `| \`${code}\` | ${prose(cause)} | ${prose(mend)} |`
const tableOf = (head: string, entries: readonly Entry[]) => [
  `| ${head} | cause | mend |`,
  '| --- | --- | --- |',
  ...entries.map(rowOf),
  '',
]
const byCode = (entries: readonly Entry[]) => entries.toSorted((one, other) => (one.code < other.code ? -1 : 1))

const operators = (await loadOperators(OPERATOR_NAMES)).toSorted((one, other) => (one.name < other.name ? -1 : 1))
const page = [
  '# Errors and reasons',
  '',
  'Written by `node scripts/generate/errors-page.ts` from the entries beside the errors, and in the definitions of the operators; do not edit.',
  '`kubewright explain CODE` prints the same. What the log says is in [troubleshooting](troubleshooting.md).',
  '',
  '## Codes',
  '',
  'The command prints each error with its code at the end. A code keeps its meaning for good. No mend: it mends itself.',
  '',
  ...tableOf('code', errorEntries),
  '## Reasons of every operator',
  '',
  'In the events of any object that a controller looks after.',
  '',
  ...tableOf('reason', runtimeEntries),
  ...operators.flatMap((operator) => [
    `## Reasons of ${operator.name}`,
    '',
    'In the conditions and events of its objects. No mend: all is as it should be, or mends itself.',
    '',
    ...tableOf('reason', byCode(operatorEntries(operator))),
  ]),
]

runGenerator(() => new Map([['docs/errors.md', `${page.join('\n').trimEnd()}\n`]]))
