import { type Attributes, SpanStatusCode, trace } from '@opentelemetry/api'

/** The instrumentation's name, by which people find these spans. */
export const TRACER = '@kubewright/runtime'

/**
 * Runs the work in a span, so that what it calls becomes its child. Without an SDK (nobody registered a provider) this costs next to nothing.
 * Attributes never hold secrets: names of objects and of controllers only.
 */
export function inSpan<R>(name: string, attributes: Attributes, work: () => Promise<R>): Promise<R> {
  return trace.getTracer(TRACER).startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work()
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' })
      throw error
    } finally {
      span.end()
    }
  })
}

/** The span under way, as log lines name it, in the words of OpenTelemetry's log data model; nothing when none is recorded. */
export function spanFields(): Readonly<Record<string, string>> | undefined {
  const span = trace.getActiveSpan()
  if (span?.isRecording() !== true) return undefined
  const { traceId, spanId, traceFlags } = span.spanContext()
  return { trace_id: traceId, span_id: spanId, trace_flags: traceFlags.toString(16).padStart(2, '0') }
}
