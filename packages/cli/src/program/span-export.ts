// The only file that knows the SDK of OpenTelemetry. It is loaded when spans are wanted, and costs nothing when they are not.
import { messageOf } from '@kubewright/core'
import { AsyncContext, type Logger, TraceParent } from '@kubewright/runtime'
import { context, type DiagLogger, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { VERSION } from '../version.ts'
import { HidingExporter } from './hiding-exporter.ts'
import { samplerNamed } from './sampler.ts'
import type { Tracing } from './tracing.ts'

/** A collector that is away must not hold up the end of the program. */
const LAST_EXPORT = 2_000

/** Where, with which headers and how long at most, the exporter reads from its own variables. Registers globally: it is the program that does. */
export function exportSpans(program: string, environment: Readonly<Record<string, string | undefined>>, log: Logger): Tracing {
  const sayOnce = saying(log)
  diag.setLogger(sayOnce, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  const named = resourceFromAttributes({ 'service.name': program, 'service.version': VERSION })
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
  const resource = defaultResource()
    .merge(named)
    .merge(detectResources({ detectors: [envDetector] }))
  const exporter = new HidingExporter(new OTLPTraceExporter(), log.secrets)
  const provider = new TracerProvider({
    resource,
    sampler: samplerNamed(environment['OTEL_TRACES_SAMPLER'], environment['OTEL_TRACES_SAMPLER_ARG']),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncContext())
  propagation.setGlobalPropagator(new TraceParent())
  return {
    async stop() {
      const last = provider.shutdown().catch((error: unknown) => sayOnce.warn(messageOf(error)))
      await Promise.race([last, new Promise((resolve) => setTimeout(resolve, LAST_EXPORT).unref())])
      for (const api of [trace, context, propagation, diag]) api.disable()
    },
  }
}

/** A collector that is away says so with every export: a person needs to read it once. */
function saying(log: Logger): DiagLogger {
  let said = false
  const tell = (message: string, ...more: unknown[]) => {
    if (said) log.debug('tracing', { problem: message, details: more })
    else log.warn('spans cannot be sent; this is said once', { problem: message, details: more })
    said = true
  }
  const nothing = () => {}
  return { error: tell, warn: tell, info: nothing, debug: nothing, verbose: nothing }
}
