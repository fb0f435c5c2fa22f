import type { Explanation, GroupVersionKind, KubeObject } from '@kubewright/core'
import type { DashboardView } from '@kubewright/dashboard'
import type { Manager } from '@kubewright/runtime'
import type { KindDefinition, PolicyRule } from '@kubewright/schema'
import type { ConversionDefinition, WebhookDefinition } from '@kubewright/webhook'
import type { z } from 'zod'
import type { ExaminationContext, ExaminedCheck } from './doctor/examined.ts'
import type { ManifestImporter } from './import/importer.ts'
import { derivedOperator } from './operator/derived-operator.ts'
import type { OperatorOptions } from './operator/options.ts'
import type { SettingAlias } from './settings/aliases.ts'

export type { ExaminationContext, ExaminedCheck } from './doctor/examined.ts'
export { type Finding, type Outcome, outcomeOf } from './doctor/finding.ts'
export type { ControllerTools, OperatorOptions } from './operator/options.ts'
export type { SettingAlias } from './settings/aliases.ts'

/** A program that reconciles some kinds, ready to be run by the command: its definitions say everything that manifests are generated from. */
export interface OperatorDefinition<Config extends z.ZodObject = z.ZodObject> {
  /** Short, lower case: `kubewright run NAME`, and the prefix of its flags. */
  readonly name: string
  /** One line for help texts. */
  readonly description: string
  /** The kinds it brings; their CRDs come from these definitions. */
  readonly kinds: readonly KindDefinition[]
  /** What it does in the cluster: becomes its ClusterRole, exactly. */
  readonly permissions: readonly PolicyRule[]
  /** What it does in the namespace that it runs in, and nowhere else: becomes a part of its Role there. Leases are. @default nothing */
  readonly homePermissions?: readonly PolicyRule[]
  /** Kinds of others that its controllers reconcile. Its own kinds are in `kinds`. With `--shard-filter label` the objects of both bear a label. */
  readonly reconciles?: readonly (GroupVersionKind & { readonly plural: string })[]
  /** Whether replicas can split its objects among them, by `--shards`. @default true */
  readonly sharded?: boolean
  /** What the API server asks it before it takes an object; every replica answers. Manifests come from these. */
  readonly webhooks?: readonly WebhookDefinition[]
  /** The same hooks on the same kinds, which answer by the settings: these are served then. @default webhooks */
  webhooksWith?(config: z.output<Config>): readonly WebhookDefinition[]
  /** How the versions of its kinds become each other; every replica answers. */
  readonly conversions?: readonly ConversionDefinition[]
  /** Its own settings. */
  readonly config: Config
  /** Other names of its settings, by their keys. They count where it runs alone. @default none */
  readonly aliases?: Readonly<Record<string, SettingAlias>>
  /** What `kubewright up` puts into an empty cluster to show the operator at work; owners and namespaces first. `now` in ms since the epoch. */
  readonly examples?: (now: number) => readonly KubeObject[]
  /** What `kubewright import` makes of the manifests of other programs. Loaded when asked for. @default none */
  readonly importers?: () => Promise<readonly ManifestImporter[]>
  /** Its own page of the dashboard; as a function: for one manager. @default none */
  readonly view?: DashboardView | ((manager: Manager) => DashboardView)
  /** What the reasons in its conditions and events mean. @default none */
  readonly reasons?: Readonly<Record<string, Explanation>>
  /** What `kubewright doctor` looks at outside of the cluster. @default nothing */
  examine?(config: z.output<Config>, context: ExaminationContext): Promise<readonly ExaminedCheck[]>
  /** Adds its controllers and runnables. Called once, before the manager runs. */
  setup(manager: Manager, config: z.output<Config>): void
}

/**
 * An operator: controllers, webhooks and settings under one name. Its kinds and its rights follow from what its controllers declare; see {@link OperatorOptions}.
 * @throws DefinitionError when it does nothing. Its `kinds`, `permissions` and `webhooks` throw it when a setting has no default and `sample` does not say it.
 */
export function defineOperator<Config extends z.ZodObject>(options: OperatorOptions<Config>): OperatorDefinition<Config> {
  return derivedOperator(options)
}
