import type { Explanation, GroupVersionKind, KubeObject } from '@kubewright/core'
import type { DashboardView } from '@kubewright/dashboard'
import type { ControllerDefinition, Manager, Registry } from '@kubewright/runtime'
import type { KindDefinition, PolicyRule } from '@kubewright/schema'
import type { ConversionDefinition, WebhookDefinition } from '@kubewright/webhook'
import type { z } from 'zod'
import type { ExaminationContext, ExaminedCheck } from '../doctor/examined.ts'
import type { ManifestImporter } from '../import/importer.ts'
import type { SettingAlias } from '../settings/aliases.ts'

// Any controller, whatever its kind's type: `never` objects go into every reconcile function.
export type AnyController = ControllerDefinition<KubeObject & never> | ControllerDefinition

/** What the controllers of a program share, and can have before it runs. */
export interface ControllerTools {
  /** Where the program's metrics live. */
  readonly metrics: Registry
}

/** What an operator is, said once: its kinds, flags, rights, and how it starts. */
export interface OperatorOptions<Config extends z.ZodObject = z.ZodObject> {
  /** Short, lower case: `kubewright run NAME`, and the prefix of its flags. */
  readonly name: string
  /** One line for help texts. */
  readonly description: string
  /**
   * Its controllers, by its settings. Manifests come from what they declare: for those they are made with `sample` and never run, so this must do nothing
   * but make them, and they must declare the same whatever the settings are.
   * @default none: then `setup` adds what the operator does, and `permissions` says it
   */
  controllers?(config: z.output<Config>, tools: ControllerTools): readonly AnyController[]
  /** The settings that manifests are made with; those that have a default need not be said. @default every setting's default */
  readonly sample?: z.input<Config>
  /** The kinds it brings; their CRDs come from these definitions. @default those made with `defineKind` that its controllers reconcile or that it has hooks on */
  readonly kinds?: readonly KindDefinition[]
  /** What it does in the cluster beside what its controllers declare. Its Lease and its events are every operator's, and need not be said. @default nothing */
  readonly permissions?: readonly PolicyRule[]
  /** What it does in the namespace that it runs in, and nowhere else, beside its Lease. @default nothing */
  readonly homePermissions?: readonly PolicyRule[]
  /**
   * Whether it may set blocking owner references where the cluster checks that (OwnerReferencesPermissionEnforcement, on in OpenShift).
   * @default false
   */
  readonly ownerReferencesEnforced?: boolean
  /** Kinds of others that its controllers reconcile. With `--shard-filter label` their objects bear a label. @default as its controllers declare */
  readonly reconciles?: readonly (GroupVersionKind & { readonly plural: string })[]
  /**
   * Whether replicas can split its objects among them, by `--shards`; else one of them works, and the others stand by.
   * @default whether one of its `controllers` is sharded; true when only `setup` knows them
   */
  readonly sharded?: boolean
  /** What the API server asks it before it takes an object; every replica answers. As a function: by the settings, on the same kinds whatever they are. */
  readonly webhooks?: readonly WebhookDefinition[] | ((config: z.output<Config>) => readonly WebhookDefinition[])
  /** How the versions of its kinds become each other; every replica answers. */
  readonly conversions?: readonly ConversionDefinition[]
  /** Its own settings. A field `maxRate` of operator `gc` is the flag `--gc-max-rate`, `KUBEWRIGHT_GC_MAX_RATE`, and `gcMaxRate` in the config file. */
  readonly config: Config
  /** Other names of its settings, by their keys: those of a program that it replaces. They count where it runs alone. @default none */
  readonly aliases?: Readonly<Partial<Record<keyof z.output<Config> & string, SettingAlias>>>
  /** What `kubewright up` puts into an empty cluster to show the operator at work; owners and namespaces first. `now` in ms since the epoch. */
  readonly examples?: (now: number) => readonly KubeObject[]
  /** What `kubewright import` makes of the manifests of other programs. Loaded when asked for. @default none */
  readonly importers?: () => Promise<readonly ManifestImporter[]>
  /** Its own page of the dashboard; as a function: for one manager, before `setup`. @default none */
  readonly view?: DashboardView | ((manager: Manager) => DashboardView)
  /**
   * What `kubewright doctor` looks at outside of the cluster, when it is given some of these settings: whether what the operator talks to answers and lets it do
   * what it has to. Writes nothing. @default nothing
   */
  readonly examine?: (config: z.output<Config>, context: ExaminationContext) => Promise<readonly ExaminedCheck[]>
  /** What the reasons in its conditions and events mean, for `kubewright explain REASON`. @default none */
  readonly reasons?: Readonly<Record<string, Explanation>>
  /** Adds what is no controller, such as runnables, or metrics. Called once, before the manager runs; must not do I/O itself. */
  setup?(manager: Manager, config: z.output<Config>): void
}
