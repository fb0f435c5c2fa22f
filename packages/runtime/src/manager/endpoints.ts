import type { Registry } from 'prom-client'
import type { Checks } from '../health/checks.ts'
import { type HttpAnswer, type HttpEndpoint, serveHttp } from '../health/http-server.ts'
import { probeAnswer } from '../health/probe-answer.ts'
import { HEALTH_FLAG, METRICS_FLAG } from './options.ts'

export interface EndpointOptions {
  readonly metrics: Registry
  readonly metricsBindAddress: string
  readonly healthProbeBindAddress: string
  readonly health: Checks
  readonly readiness: Checks
}

/** The HTTP servers of a manager. */
export interface Endpoints {
  readonly addresses: { readonly metrics?: string; readonly health?: string }
  close(): Promise<void>
}

/** @throws ConfigurationError when an address cannot be had */
export async function openEndpoints(options: EndpointOptions): Promise<Endpoints> {
  const { metrics, health, readiness } = options
  const probes = await serveHttp(HEALTH_FLAG, options.healthProbeBindAddress, (url) => answerProbe(url, health, readiness))
  const open: (HttpEndpoint | undefined)[] = [probes]
  const close = async () => void (await Promise.all(open.map((endpoint) => endpoint?.close())))
  try {
    const scrapes = await serveHttp(METRICS_FLAG, options.metricsBindAddress, (url) => answerScrape(url, metrics))
    open.push(scrapes)
    return {
      addresses: {
        ...(scrapes === undefined ? {} : { metrics: scrapes.address }),
        ...(probes === undefined ? {} : { health: probes.address }),
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function answerProbe({ pathname, searchParams }: URL, health: Checks, readiness: Checks): Promise<HttpAnswer> {
  const [, endpoint = '', ...rest] = pathname.split('/')
  if (endpoint === 'healthz' || endpoint === 'livez') return await probeAnswer(endpoint, health, rest.join('/'), searchParams)
  if (endpoint === 'readyz') return await probeAnswer(endpoint, readiness, rest.join('/'), searchParams)
  return { status: 404, body: 'here are /healthz and /readyz\n' }
}

async function answerScrape({ pathname }: URL, metrics: Registry): Promise<HttpAnswer> {
  if (pathname !== '/metrics') return { status: 404, body: 'here is /metrics\n' }
  return { status: 200, body: await metrics.metrics(), contentType: metrics.contentType }
}
