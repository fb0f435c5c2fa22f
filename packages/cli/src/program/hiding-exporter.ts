import type { SecretValues } from '@kubewright/runtime'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'

/** Exports spans without the values that were registered as secrets, whoever put them there. */
export class HidingExporter implements SpanExporter {
  readonly #inner: SpanExporter
  readonly #secrets: SecretValues

  constructor(inner: SpanExporter, secrets: SecretValues) {
    this.#inner = inner
    this.#secrets = secrets
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    this.#inner.export(this.#secrets.size === 0 ? spans : spans.map((span) => this.#hidden(span)), done)
  }

  forceFlush(): Promise<void> {
    return this.#inner.forceFlush?.() ?? Promise.resolve()
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown()
  }

  /** The span itself must stay as it is: others may export it too. */
  #hidden(span: ReadableSpan): ReadableSpan {
    const { message } = span.status
    return Object.create(span, {
      name: { value: this.#secrets.hide(span.name) },
      attributes: { value: this.#without(span.attributes) },
      status: { value: message === undefined ? span.status : { ...span.status, message: this.#secrets.hide(message) } },
      events: { value: span.events.map((event) => ({ ...event, attributes: event.attributes && this.#without(event.attributes) })) },
    }) as ReadableSpan
  }

  #without<V extends object>(attributes: V): V {
    return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, this.#value(value)])) as V
  }

  #value(value: unknown): unknown {
    if (typeof value === 'string') return this.#secrets.hide(value)
    return Array.isArray(value) ? value.map((item) => this.#value(item)) : value
  }
}
