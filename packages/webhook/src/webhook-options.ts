import { ConfigurationError, isDnsSubdomain, parseDuration } from '@kubewright/core'
import type { WebhookDefinition } from './admission/definition.ts'
import { resolveRotation } from './certificates/settings.ts'
import type { CertificateOptions } from './certificates/source.ts'
import { pathOf } from './configuration/configurations.ts'
import type { FailurePolicy } from './configuration/kinds.ts'
import { checkReach, type Reach } from './configuration/reach.ts'
import type { ConversionDefinition } from './conversion/converters.ts'

/** Which hooks a server has, and how the API server finds it. */
export interface WebhookServerOptions {
  /** Of the configurations, the Service and the Secret, unless they are named: each program has its own, such as `website-operator`. */
  readonly name: string
  readonly hooks?: readonly WebhookDefinition[]
  readonly conversions?: readonly ConversionDefinition[]
  /** Of the Service and the Secret. @default the client's own: the Pod's, or the kubeconfig context's */
  readonly namespace?: string
  /** How the API server finds this program. @default the Service NAME in the namespace, port 443 */
  readonly reach?: Reach
  /** @default ":9443", controller-runtime's */
  readonly bindAddress?: string
  /** @default { from: 'secret' } */
  readonly certificates?: CertificateOptions
  /**
   * Whether the configurations are applied, and the CRDs told to convert by webhook, at the start. Where another program installs them (a chart,
   * `kubewright manifests --only webhooks`), only the authority is kept up to date in them. @default true
   */
  readonly install?: boolean
  /**
   * Of every hook, in the place of its own. `Ignore` for a program on a developer's machine: when it has stopped, or the API server cannot reach it
   * after all, requests go through unchecked and are not refused. @default each hook's own
   */
  readonly failurePolicy?: FailurePolicy
  /** How long requests under way may take when the program stops. @default "60s"; the manager's own patience may be shorter */
  readonly drain?: number | string
}

export interface ResolvedWebhookServer {
  readonly name: string
  readonly hooks: readonly WebhookDefinition[]
  readonly conversions: readonly ConversionDefinition[]
  readonly namespace: string | undefined
  readonly reach: Reach | undefined
  readonly bindAddress: string
  readonly certificates: CertificateOptions
  readonly install: boolean
  readonly failurePolicy: FailurePolicy | undefined
  readonly drain: number
}

/** @throws ConfigurationError */
export function resolveWebhookServer(options: WebhookServerOptions): ResolvedWebhookServer {
  const { name, hooks = [], conversions = [], certificates = { from: 'secret' }, reach } = options
  const refuse = (problem: string): never => {
    throw new ConfigurationError(`webhook server ${name}: ${problem}`)
  }
  if (!isDnsSubdomain(name)) refuse('its name must be a DNS name in lower case: configurations carry it')
  if (hooks.length + conversions.length === 0) refuse('there is nothing to serve: add "hooks" or "conversions"')
  refuseTwice(
    hooks.map((hook) => pathOf(hook, 'validate')),
    'two definitions are for one path: give one of them another "name"',
    refuse,
  )
  refuseTwice(
    conversions.map(({ plural, group }) => `${plural}.${group}`),
    'a kind has its conversion twice: leave one of the two out',
    refuse,
  )
  if (reach !== undefined) checkReach(reach)
  if (certificates.from === 'secret') resolveRotation(certificates.rotation)
  const drain = typeof options.drain === 'string' ? parseDuration(options.drain) : (options.drain ?? 60_000)
  if (!(drain >= 0)) refuse(`"drain" is ${drain} ms: it must be 0 or more`)
  return {
    name,
    hooks,
    conversions,
    namespace: options.namespace,
    reach,
    bindAddress: options.bindAddress ?? ':9443',
    certificates,
    install: options.install ?? true,
    failurePolicy: options.failurePolicy,
    drain,
  }
}

function refuseTwice(items: readonly string[], problem: string, refuse: (problem: string) => never): void {
  if (new Set(items).size !== items.length) refuse(problem)
}
