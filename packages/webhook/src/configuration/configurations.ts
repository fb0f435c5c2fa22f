import type { LabelSelectorSpec } from '@kubewright/core'
import type { Side } from '../admission/admit.ts'
import type { HookSet, WebhookDefinition } from '../admission/definition.ts'
import {
  type Conversion,
  type FailurePolicy,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
  type WebhookConfiguration,
  type WebhookEntry,
  type WebhookRule,
} from './kinds.ts'
import { clientConfig, type Reach } from './reach.ts'

/** What webhook configurations are made from. */
export interface ConfigurationOptions {
  /** Of the configurations: each program has its own. */
  readonly name: string
  readonly reach: Reach
  /** Where the program listens, for a URL with port 0. */
  readonly port?: number | undefined
  /** PEM. `undefined`: somebody else fills it in. */
  readonly caBundle?: string | undefined
  /** Of the program, for the default of `namespaceSelector`. */
  readonly namespace?: string | undefined
  /** `NAMESPACE/NAME` of a cert-manager Certificate, whose authority its injector writes into the configurations. */
  readonly certManagerCertificate?: string | undefined
  readonly labels?: Readonly<Record<string, string>>
  /** In the place of the hooks' own. */
  readonly failurePolicy?: FailurePolicy | undefined
}

/** The configurations that make the API server call the hooks; a side without hooks has none. The same definitions give the same objects. */
export function configurationsOf(
  definitions: readonly WebhookDefinition[],
  options: ConfigurationOptions,
): readonly WebhookConfiguration[] {
  const { name, certManagerCertificate, labels } = options
  const metadata = {
    name,
    ...(labels !== undefined && { labels }),
    ...(certManagerCertificate !== undefined && { annotations: { [CA_FROM]: certManagerCertificate } }),
  }
  return (['mutate', 'validate'] as const).flatMap((side) => {
    const webhooks = definitions.flatMap((definition) => entryOf(definition, side, options))
    const { kind } = side === 'mutate' ? MutatingWebhookConfiguration : ValidatingWebhookConfiguration
    return webhooks.length === 0 ? [] : [{ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata, webhooks }]
  })
}

/** For `spec.conversion` of a CRD. */
export function conversionOf({ reach, port, caBundle }: Pick<ConfigurationOptions, 'reach' | 'port' | 'caBundle'>): Conversion {
  return {
    strategy: 'Webhook',
    webhook: { clientConfig: clientConfig(reach, CONVERT_PATH, { port, caBundle }), conversionReviewVersions: ['v1'] },
  }
}

export const CONVERT_PATH = '/convert'
const CA_FROM = 'cert-manager.io/inject-ca-from'

/** As controller-runtime has it, `-` for `.`: dashboards by path find it again. */
export function pathOf({ kind, name }: WebhookDefinition, side: Side): string {
  return `/${side}-${kind.group.replaceAll('.', '-')}-${kind.version}-${name}`
}

/** Whether there is anything to ask on that side. */
export function serves(definition: WebhookDefinition, side: Side): boolean {
  return rulesOf(definition, side).length > 0
}

function entryOf(definition: WebhookDefinition, side: Side, options: ConfigurationOptions): readonly WebhookEntry[] {
  const rules = rulesOf(definition, side)
  if (rules.length === 0) return []
  const { kind, name, timeoutSeconds } = definition
  const { matchConditions, objectSelector, failurePolicy, sideEffects, reinvocationPolicy } = definition.rules
  const namespaceSelector = definition.rules.namespaceSelector ?? usualNamespaces(kind.group, options.namespace)
  return [
    {
      // Three parts at least, or the API server does not take it; the core group has no name.
      name: `${side}.${name}.${kind.group || 'core'}${kind.group.includes('.') ? '' : '.k8s.io'}`,
      admissionReviewVersions: ['v1'],
      clientConfig: clientConfig(options.reach, pathOf(definition, side), options as { readonly caBundle: string | undefined }),
      rules,
      failurePolicy: options.failurePolicy ?? failurePolicy,
      matchPolicy: 'Equivalent',
      sideEffects,
      timeoutSeconds,
      ...(namespaceSelector !== undefined && { namespaceSelector }),
      ...(objectSelector !== undefined && { objectSelector }),
      ...(matchConditions.length > 0 && { matchConditions }),
      ...(side === 'mutate' && { reinvocationPolicy }),
    },
  ]
}

function rulesOf({ kind, hooks, operations, checksSchema }: WebhookDefinition, side: Side): readonly WebhookRule[] {
  const scope = kind.namespaced === undefined ? '*' : kind.namespaced ? 'Namespaced' : 'Cluster'
  const target = { apiGroups: [kind.group], apiVersions: [kind.version], scope } as const
  return [...hooks].flatMap(([subresource, set]) => {
    const asked = operationsOf(set, side, operations, checksSchema && subresource === '')
    const resources = [subresource === '' ? kind.plural : `${kind.plural}/${subresource}`]
    return asked.length === 0 ? [] : [{ ...target, operations: asked, resources }]
  })
}

function operationsOf(set: HookSet, side: Side, operations: readonly string[], hasSchema: boolean): readonly string[] {
  if (side === 'mutate') return set.default.length > 0 ? operations : []
  return [
    ...(set.validate.length > 0 || hasSchema ? operations : []),
    ...(set.validateDelete.length > 0 ? ['DELETE'] : []),
    ...(set.validateConnect.length > 0 ? ['CONNECT'] : []),
  ]
}

/** What the program itself consists of must be able to start while its own hooks cannot answer. Custom kinds are none of that. */
function usualNamespaces(group: string, namespace: string | undefined): LabelSelectorSpec | undefined {
  if (group.includes('.') && !group.endsWith('.k8s.io')) return undefined
  const values = ['kube-system', ...(namespace === undefined || namespace === 'kube-system' ? [] : [namespace])]
  return { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values }] }
}
