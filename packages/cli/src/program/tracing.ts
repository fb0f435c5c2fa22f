import type { Logger } from '@kubewright/runtime'

export interface Tracing {
  /** Sends what is left, for a short while. */
  stop(): Promise<void>
}

/**
 * Sends spans over OTLP/HTTP when the usual variables of OpenTelemetry name an endpoint; the exporter is not even loaded when they do not. A user
 * who registers an SDK of his own sets none of them.
 */
export async function startTracing(
  program: string,
  environment: Readonly<Record<string, string | undefined>>,
  log: Logger,
): Promise<Tracing | undefined> {
  if (!wantsTraces(environment)) return undefined
  const { exportSpans } = await import('./span-export.ts')
  return exportSpans(program, environment, log)
}

export function wantsTraces(environment: Readonly<Record<string, string | undefined>>): boolean {
  if (environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || environment['OTEL_TRACES_EXPORTER'] === 'none') return false
  return Boolean(environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || environment['OTEL_EXPORTER_OTLP_ENDPOINT'])
}
