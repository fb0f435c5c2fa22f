import {
  type Context,
  isSpanContextValid,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  TraceFlags,
  trace,
} from '@opentelemetry/api'

const HEADER = 'traceparent'
const STATE = 'tracestate'
const FORM = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/

/** W3C Trace Context: the header by which the API server's and our spans become one trace. */
export class TraceParent implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpanContext(context)
    if (span === undefined || !isSpanContextValid(span)) return
    setter.set(carrier, HEADER, `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 0xff).toString(16).padStart(2, '0')}`)
    const state = span.traceState?.serialize()
    if (state) setter.set(carrier, STATE, state)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const found = getter.get(carrier, HEADER)
    const parent = parse(typeof found === 'string' ? found : found?.[0])
    return parent === undefined ? context : trace.setSpanContext(context, parent)
  }

  fields(): string[] {
    return [HEADER, STATE]
  }
}

function parse(header: string | undefined): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = '0'] = FORM.exec(header ?? '') ?? []
  const parent: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true }
  return isSpanContextValid(parent) ? parent : undefined
}
