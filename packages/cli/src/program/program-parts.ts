import { ConfigurationError } from '@kubewright/core'
import type { ControllerDefinition, Registry } from '@kubewright/runtime'
import type { KindDefinition } from '@kubewright/schema'
import type { ConversionDefinition, WebhookDefinition } from '@kubewright/webhook'
import type { OperatorDefinition } from '../operator.ts'
import { programName } from './program-name.ts'
import type { Parts } from './run-in-cluster.ts'

/** Whatever a program may consist of. */
export type ProgramPart = ControllerDefinition | OperatorDefinition | WebhookDefinition | ConversionDefinition | Registry

/** What was handed to `run`, sorted. @throws ConfigurationError */
export function partsOf(definitions: readonly ProgramPart[]): Parts {
  const operators = definitions.filter((definition): definition is OperatorDefinition => 'setup' in definition)
  const controllers = definitions.filter((definition): definition is ControllerDefinition => 'owns' in definition)
  const webhooks = definitions.filter((definition): definition is WebhookDefinition => 'hooks' in definition)
  const conversions = definitions.filter((definition): definition is ConversionDefinition => 'converters' in definition)
  const [metrics, ...others] = definitions.filter((definition): definition is Registry => 'getMetricsAsJSON' in definition)
  if (others.length > 0) throw new ConfigurationError('run: there are several registries of metrics: hand over one, with all metrics in it')
  const name = programName({ operators, controllers, webhooks })
  return { name, operators, controllers, webhooks, conversions, ...(metrics && { metrics }) }
}

/** The kinds that a program brings: those of its operators, and those of its own making that it reconciles or has hooks on. */
export function kindsOf({ operators, controllers, webhooks }: Parts): readonly KindDefinition[] {
  const used: readonly unknown[] = [...controllers, ...webhooks].map(({ kind }) => kind)
  return [...new Set([...operators.flatMap(({ kinds }) => kinds), ...used.filter(isDefined)])]
}

const isDefined = (kind: unknown): kind is KindDefinition => typeof (kind as Partial<KindDefinition>).crd === 'function'

/** Whether the API server calls the program. */
export function isCalled(parts: Parts): boolean {
  const { webhooks, operators } = parts
  return webhooks.length + conversionsOf(parts).length + operators.flatMap((operator) => operator.webhooks ?? []).length > 0
}

/** How all versions of its kinds become each other. */
export function conversionsOf({ operators, conversions }: Parts): readonly ConversionDefinition[] {
  return [...operators.flatMap((operator) => operator.conversions ?? []), ...conversions]
}
