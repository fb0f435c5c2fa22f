import { context, propagation, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { onTestFinished } from 'vitest'
import { AsyncContext } from '../tracing/async-context.ts'
import { TraceParent } from '../tracing/trace-parent.ts'

/** Records every span until the end of the test, as if the user had brought an SDK. */
export function recordSpans(): { finished(): readonly ReadableSpan[] } {
  const exporter = new InMemorySpanExporter()
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
  context.setGlobalContextManager(new AsyncContext())
  propagation.setGlobalPropagator(new TraceParent())
  onTestFinished(() => {
    trace.disable()
    context.disable()
    propagation.disable()
  })
  return { finished: () => exporter.getFinishedSpans() }
}
