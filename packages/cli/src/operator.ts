import type { GroupVersionKind, KubeObject } from '@kubewright/core'
import type { Manager } from '@kubewright/runtime'
import type { KindDefinition, PolicyRule } from '@kubewright/schema'
import type { ConversionDefinition, WebhookDefinition } from '@kubewright/webhook'
import type { z } from 'zod'

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
  /** Kinds of others that its controllers reconcile. Its own kinds are in `kinds`. With `--shard-filter label` the objects of both bear a label. @default none */
  readonly reconciles?: readonly (GroupVersionKind & { readonly plural: string })[]
  /** What the API server asks it before it takes an object; every replica answers. */
  readonly webhooks?: readonly WebhookDefinition[]
  /** The same hooks on the same kinds, which answer by the settings: these are served then. Manifests come from `webhooks`. @default webhooks */
  webhooksWith?(config: z.output<Config>): readonly WebhookDefinition[]
  /** How the versions of its kinds become each other; every replica answers. */
  readonly conversions?: readonly ConversionDefinition[]
  /** Its own settings. A field `maxRate` of operator `gc` is the flag `--gc-max-rate`, `KUBEWRIGHT_GC_MAX_RATE`, and `gcMaxRate` in the config file. */
  readonly config: Config
  /** What `kubewright up` puts into an empty cluster to show the operator at work; owners and namespaces first. `now` in ms since the epoch. */
  readonly examples?: (now: number) => readonly KubeObject[]
  /** Adds its controllers and runnables. Called once, before the manager runs; must not do I/O itself. */
  setup(manager: Manager, config: z.output<Config>): void
}

/** Gives an operator its type; see {@link OperatorDefinition} for the fields. */
export function defineOperator<Config extends z.ZodObject>(definition: OperatorDefinition<Config>): OperatorDefinition<Config> {
  return definition
}
