import { labelSelectorOf } from '@kubewright/core'
import type { Store } from '../storage/index.ts'
import type { CelEngine, CompiledCondition } from './cel-engine.ts'
import type { Webhook, WebhookConfiguration } from './configuration.ts'
import type { MatchCriteria } from './matcher.ts'

/** A webhook that is ready to be matched and called. */
export interface KnownWebhook {
  readonly webhook: Webhook
  readonly configuration: string
  /** Names it among all: those of one configuration have distinct names. */
  readonly id: string
  readonly criteria: MatchCriteria
  readonly conditions: readonly (CompiledCondition & { readonly expression: string })[]
}

/** The webhooks of all configurations of one kind in the order in which they are called: by the configurations' names, then as they are listed. */
export class WebhookIndex {
  private readonly store: Store
  private readonly table: string
  private readonly cel: CelEngine | undefined
  private known: readonly KnownWebhook[] | undefined

  constructor(store: Store, table: string, cel: CelEngine | undefined) {
    this.store = store
    this.table = table
    this.cel = cel
  }

  /** Follows the configurations until the returned function is called. */
  start(): () => void {
    return this.store.subscribe(() => {
      this.known = undefined
    }, this.table)
  }

  all(): readonly KnownWebhook[] {
    this.known ??= this.store.list(this.table).flatMap(({ object }) => {
      const { metadata, webhooks = [] } = object as unknown as WebhookConfiguration
      return webhooks.map((webhook) => this.prepared(webhook, metadata.name ?? ''))
    })
    return this.known
  }

  private prepared(webhook: Webhook, configuration: string): KnownWebhook {
    return {
      webhook,
      configuration,
      id: `${configuration}/${webhook.name}`,
      criteria: {
        rules: webhook.rules ?? [],
        matchPolicy: webhook.matchPolicy,
        namespaceSelector: labelSelectorOf(webhook.namespaceSelector ?? {}),
        objectSelector: labelSelectorOf(webhook.objectSelector ?? {}),
      },
      conditions: (webhook.matchConditions ?? []).flatMap(({ expression }) => {
        const compiled = this.cel?.compile(expression.trim())
        return compiled?.is === 'compiled' ? [{ ...compiled, expression }] : []
      }),
    }
  }
}
