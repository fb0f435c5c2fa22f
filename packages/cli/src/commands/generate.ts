import { permissionsOf, rbac } from '@kubewright/schema'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import { definitionsIn, type ModuleDefinitions } from '../program/module-definitions.ts'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { generateTypes, type TypesOptions } from './generate-types.ts'

/** Adds `generate crds|docs|schema|rbac|types`. */
export function defineGenerate(command: Command, terminal: Terminal): void {
  const moduleText = 'the module that defines them, such as src/main.ts; its program is not run'
  const part = (name: string, description: string, print: (definitions: ModuleDefinitions) => string) =>
    command
      .command(name)
      .description(description)
      .argument('<MODULE>', moduleText)
      .action(async (path: string) => {
        const definitions = await definitionsIn(path)
        const printed = print(definitions)
        for (const { kind, warnings } of definitions.kinds)
          for (const warning of warnings) terminal.stderr.write(`kubewright: ${kind}: ${warning}\n`)
        terminal.stdout.write(printed)
      })

  part('crds', 'print the CustomResourceDefinitions of a program', ({ kinds }) => yamlOf(wanted(kinds, 'kind').map((kind) => kind.crd())))
  part('docs', 'print a page in Markdown about each kind of a program', ({ kinds }) =>
    wanted(kinds, 'kind')
      .map((kind) => kind.docs())
      .join('\n'),
  )
  part('schema', 'print JSON Schema for editors, for each kind of a program', ({ kinds }) => {
    const schemas = wanted(kinds, 'kind').map((kind) => kind.jsonSchema())
    return `${JSON.stringify(schemas.length === 1 ? schemas[0] : { $schema: schemas[0]!['$schema'], oneOf: schemas }, null, 2)}\n`
  })
  command
    .command('rbac')
    .description('print the ClusterRole with the fewest rights that the controllers of a program need')
    .argument('<MODULE>', moduleText)
    .option('--name <NAME>', 'of the ClusterRole', 'operator')
    .option('--no-leader-election', 'leave out what leader election needs')
    .option('--owner-references-enforced', 'for clusters that check blocking owner references, such as OpenShift')
    .action(
      async (
        path: string,
        options: { readonly name: string; readonly leaderElection: boolean; readonly ownerReferencesEnforced?: boolean },
      ) => {
        const { controllers, permissions } = await definitionsIn(path)
        if (permissions.length === 0) wanted(controllers, 'controller')
        const { leaderElection, ownerReferencesEnforced = false } = options
        const rules = permissionsOf(controllers, { leaderElection, ownerReferencesEnforced, also: permissions })
        terminal.stdout.write(yamlOf([rbac(options.name, rules)]))
      },
    )
  command
    .command('types')
    .description('print a typed definition, made from an existing CustomResourceDefinition')
    .argument('[FILE]', 'YAML or JSON with CustomResourceDefinitions; - for standard input')
    .option('--cluster <NAME>', 'read the CustomResourceDefinition of this name from the cluster')
    .option('--kubeconfig <FILE>', 'of the cluster')
    .option('--context <NAME>', 'of the kubeconfig')
    .action(async (file: string | undefined, options: TypesOptions) => generateTypes(file, options, terminal))
}

function wanted<T>(found: readonly T[], what: string): readonly T[] {
  if (found.length === 0) throw new UsageError(`the module defines no ${what}`)
  return found
}

function yamlOf(documents: readonly unknown[]): string {
  return documents.map((document) => `---\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`).join('')
}
