// Writes docs/kinds: a page for each kind of the operators, from its definition.
//   node scripts/generate/kind-pages.ts [--check]
import { loadOperators, OPERATOR_NAMES } from '../../packages/cli/src/commands/operators.ts'
import { runGenerator } from './output.ts'

const operators = (await loadOperators(OPERATOR_NAMES)).toSorted((one, other) => one.name.localeCompare(other.name))
const pages = operators.flatMap(({ name, kinds }) =>
  kinds.map((kind) => ({ operator: name, kind, file: `${kind.plural}.${kind.group}.md` })),
)

const index = [
  '# Kinds',
  '',
  'Written by `node scripts/generate/kind-pages.ts` from the definitions of the kinds, as are the pages; do not edit. `kubectl explain` tells the same of a cluster.',
  '',
  '| kind | operator | scope |',
  '| --- | --- | --- |',
  ...pages.map(({ operator, kind, file }) => `| [${kind.kind}](${file}) | ${operator} | ${kind.namespaced ? 'namespace' : 'cluster'} |`),
]

runGenerator(
  () =>
    new Map([
      ['docs/kinds/README.md', `${index.join('\n')}\n`],
      ...pages.map(({ kind, file }) => [`docs/kinds/${file}`, kind.docs()] as const),
    ]),
)
