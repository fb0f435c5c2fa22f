import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { crdsOf } from '../manifests/crds.ts'
import { deploymentOf } from '../manifests/deployment.ts'
import { moduleRbacOf, moduleRolesOf } from '../manifests/module-roles.ts'
import { webhookManifestsOf } from '../manifests/webhooks.ts'
import { yamlOf } from '../manifests/yaml.ts'
import { definitionsIn, type ModuleDefinitions } from '../program/module-definitions.ts'
import type { Terminal } from '../terminal.ts'
import { UsageError } from '../usage-error.ts'
import { generateTypes, type TypesOptions } from './generate-types.ts'
import { addOutputOptions, type OutputOptions, put, putFiles, refuseCheckAlone } from './generated-output.ts'

/** Adds `generate crds|rbac|webhooks|deployment|docs|schema|all|types`. */
export function defineGenerate(command: Command, terminal: Terminal): void {
  for (const part of PARTS) addPart(command, part, terminal)
  const all = command
    .command('all')
    .description('crds.yaml, rbac.yaml, webhooks.yaml, deployment.yaml (with --image), docs.md and schema.json in one folder')
    .argument('<MODULE>', MODULE_TEXT)
  addSettings(addOutputOptions(all, 'the folder'), Object.keys(SETTINGS) as SettingName[]).action(
    async (path: string, options: Settings) => {
      const definitions = await definitionsIn(path)
      const { out, check = false } = options
      if (out === undefined) {
        refuseCheckAlone(check)
        throw new UsageError('--out: name the folder')
      }
      const files = PARTS.filter((part) => part.has(definitions) && (part.name !== 'deployment' || options.image !== undefined))
      await putFiles(
        files.map(({ file, print }) => ({ path: join(out, file), text: print(definitions, options) })),
        check,
        terminal,
      )
    },
  )
  command
    .command('types')
    .description('a typed definition, made from an existing CustomResourceDefinition')
    .argument('[FILE]', 'YAML or JSON with CustomResourceDefinitions; - for standard input')
    .option('--cluster <NAME>', 'read the CustomResourceDefinition of this name from the cluster')
    .option('--kubeconfig <FILE>', 'of the cluster')
    .option('--context <NAME>', 'of the kubeconfig')
    .action(async (file: string | undefined, options: TypesOptions) => generateTypes(file, options, terminal))
}

interface Settings extends OutputOptions {
  readonly namespace: string
  readonly image?: string
  readonly leaderElection: boolean
  readonly ownerReferencesEnforced?: boolean
}

interface Part {
  readonly name: string
  readonly description: string
  /** In the folder that `generate all` writes. */
  readonly file: string
  has(definitions: ModuleDefinitions): boolean
  /** What it lacks when it has nothing of the kind. */
  readonly wanted: string
  /** Those that change it. */
  readonly settings: readonly SettingName[]
  print(definitions: ModuleDefinitions, settings: Settings): string
}

type SettingName = Exclude<keyof Settings, keyof OutputOptions>

const SETTINGS: Readonly<Record<SettingName, () => Option>> = {
  namespace: () => new Option('--namespace <NS>', 'where the program runs').default('default'),
  image: () => new Option('--image <IMAGE>', 'what the Deployment runs'),
  leaderElection: () => new Option('--no-leader-election', 'without the rights that leader election needs'),
  ownerReferencesEnforced: () =>
    new Option('--owner-references-enforced', 'for clusters that check blocking owner references, such as OpenShift'),
}

const MODULE_TEXT = 'the module that defines them, such as src/main.ts; its program is not run'

const PARTS: readonly Part[] = [
  {
    name: 'crds',
    description: 'the CustomResourceDefinitions of a program',
    file: 'crds.yaml',
    has: ({ kinds }) => kinds.length > 0,
    wanted: 'kind',
    settings: ['namespace'],
    print: (definitions, { namespace }) => yamlOf(crdsOf(definitions, namespace)),
  },
  {
    name: 'rbac',
    description: 'the roles with the fewest rights that a program needs',
    file: 'rbac.yaml',
    has: ({ controllers, permissions }) => controllers.length + permissions.length > 0,
    wanted: 'controller',
    settings: ['namespace', 'leaderElection', 'ownerReferencesEnforced'],
    print: (definitions, settings) => yamlOf(moduleRbacOf(definitions, settings)),
  },
  {
    name: 'webhooks',
    description: 'the Service and the configurations by which the API server calls a program',
    file: 'webhooks.yaml',
    has: ({ webhooks, conversions }) => webhooks.length + conversions.length > 0,
    wanted: 'webhook',
    settings: ['namespace'],
    print: (definitions, { namespace }) => yamlOf(webhookManifestsOf(definitions, namespace)),
  },
  {
    name: 'deployment',
    description: 'what runs a program in a cluster: Deployment, ServiceAccount, bindings',
    file: 'deployment.yaml',
    has: () => true,
    wanted: 'program',
    settings: ['namespace', 'image'],
    print(definitions, { namespace, image }) {
      if (image === undefined) throw new UsageError('--image: name the image that the Deployment runs')
      const roles = moduleRolesOf(definitions, { namespace }).map(({ kind, metadata }) => ({ kind, ...metadata }))
      return yamlOf(deploymentOf(definitions, { namespace, image, roles }))
    },
  },
  {
    name: 'docs',
    description: 'a page in Markdown about each kind of a program',
    file: 'docs.md',
    has: ({ kinds }) => kinds.length > 0,
    wanted: 'kind',
    settings: [],
    print: ({ kinds }) => kinds.map((kind) => kind.docs()).join('\n'),
  },
  {
    name: 'schema',
    description: 'JSON Schema for editors, for each kind of a program',
    file: 'schema.json',
    has: ({ kinds }) => kinds.length > 0,
    wanted: 'kind',
    settings: [],
    print({ kinds }) {
      const schemas = kinds.map((kind) => kind.jsonSchema())
      return `${JSON.stringify(schemas.length === 1 ? schemas[0] : { $schema: schemas[0]!['$schema'], oneOf: schemas }, null, 2)}\n`
    },
  },
]

function addPart(parent: Command, part: Part, terminal: Terminal): void {
  const command = parent.command(part.name).description(part.description).argument('<MODULE>', MODULE_TEXT)
  addSettings(addOutputOptions(command, 'write it into this file'), part.settings).action(async (path: string, options: Settings) => {
    if (options.out === undefined) refuseCheckAlone(options.check)
    const definitions = await definitionsIn(path)
    if (!part.has(definitions)) throw new UsageError(`the module defines no ${part.wanted}`)
    const printed = part.print(definitions, options)
    advise(definitions, terminal)
    await put(printed, options, terminal)
  })
}

function addSettings(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) command.addOption(SETTINGS[name]())
  return command
}

function advise({ kinds }: ModuleDefinitions, terminal: Terminal): void {
  for (const { kind, warnings } of kinds) for (const warning of warnings) terminal.stderr.write(`kubewright: ${kind}: ${warning}\n`)
}
