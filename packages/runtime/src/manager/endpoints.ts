import type { Registry } from 'prom-client'
import type { Checks } from '../health/checks.ts'
import { probeAnswer } from '../health/probe-answer.ts'
import type { Inspection } from '../inspection/inspection.ts'
import type { CertificateMetrics } from '../metrics/certificate-metrics.ts'
import { AccessReview, type Deed } from '../serving/access-review.ts'
import { certificateFromFolder } from '../serving/certificate-folder.ts'
import { type Answering, type HttpAnswer, type HttpEndpoint, serveHttp } from '../serving/http-server.ts'
import { forThisMachine } from '../serving/local-access.ts'
import { Profiler } from '../serving/profile.ts'
import { selfSignedCertificate } from '../serving/self-signed.ts'
import type { ServingCertificate } from '../serving/serving-certificate.ts'
import { CERTIFICATE_FLAG, HEALTH_FLAG, METRICS_FLAG, type ResolvedManagerOptions } from './options.ts'

type Served = 'metricsBindAddress' | 'metricsSecure' | 'metricsCertDir' | 'profiling' | 'healthProbeBindAddress'

export interface EndpointOptions extends Pick<ResolvedManagerOptions, 'client' | 'clock' | 'log' | 'metrics' | Served> {
  readonly certificates: CertificateMetrics
  readonly health: Checks
  readonly readiness: Checks
  /** Shown beside the metrics. */
  readonly inspection: Inspection | undefined
}

/** The HTTP servers of a manager. */
export interface Endpoints {
  readonly addresses: { readonly metrics?: string; readonly health?: string }
  close(): Promise<void>
}

/** @throws ConfigurationError when an address or a certificate cannot be had */
export async function openEndpoints(options: EndpointOptions): Promise<Endpoints> {
  const { metricsBindAddress, healthProbeBindAddress, health, readiness } = options
  const stop = new AbortController()
  const open: HttpEndpoint[] = []
  let renewing: Promise<void> | undefined
  const close = async () => {
    stop.abort(new Error('the servers close'))
    await Promise.all([...open.map((endpoint) => endpoint.close()), renewing])
  }
  try {
    const probes = await serveHttp(HEALTH_FLAG, healthProbeBindAddress, (url) => answerProbe(url, health, readiness))
    if (probes !== undefined) open.push(probes)
    const served = await metricsCertificate(options)
    const scrapes = await serveHttp(METRICS_FLAG, metricsBindAddress, answeringScrapes(options), {
      certificate: served?.certificate,
      clock: options.clock,
    })
    if (scrapes !== undefined) open.push(scrapes)
    renewing = served?.run(stop.signal)
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

interface Renewed {
  readonly certificate: ServingCertificate
  run(signal: AbortSignal): Promise<void>
}

async function metricsCertificate(options: EndpointOptions): Promise<Renewed | undefined> {
  const { metricsSecure, metricsBindAddress, metricsCertDir: folder, clock, log, certificates: meter } = options
  if (!metricsSecure || metricsBindAddress === '0') return undefined
  if (folder === undefined) return selfSignedCertificate(clock)
  return await certificateFromFolder({ flag: CERTIFICATE_FLAG, folder, clock, log, meter })
}

async function answerProbe({ pathname, searchParams }: URL, health: Checks, readiness: Checks): Promise<HttpAnswer> {
  const [, endpoint = '', ...rest] = pathname.split('/')
  if (endpoint === 'healthz' || endpoint === 'livez') return await probeAnswer(endpoint, health, rest.join('/'), searchParams)
  if (endpoint === 'readyz') return await probeAnswer(endpoint, readiness, rest.join('/'), searchParams)
  return { status: 404, body: 'here are /healthz and /readyz\n' }
}

function answeringScrapes({ client, clock, log, metrics, metricsSecure, profiling, inspection }: EndpointOptions): Answering {
  const pages = scrapePages(metrics, profiling ? new Profiler(clock) : undefined, inspection)
  if (!metricsSecure) return inspection === undefined ? pages : forThisMachine(pages)
  const review = new AccessReview({ client, clock })
  return async (url, question) => {
    const deed = inspection?.deedOf(url) ?? { path: url.pathname, verb: 'get' }
    const verdict = await review.judge(question.headers.authorization, deed).catch((error: unknown) => {
      log.warn('cannot ask the API server who may read the metrics', { error })
      return { is: 'unjudged' } as const
    })
    switch (verdict.is) {
      case 'allowed':
        return await pages(url, question)
      case 'unknown':
        return { status: 401, body: 'a bearer token that the API server knows is needed\n', headers: { 'www-authenticate': 'Bearer' } }
      case 'forbidden':
        return { status: 403, body: `${verdict.user} ${refusalOf(deed)}\n` }
      case 'unjudged':
        return { status: 503, body: 'the API server cannot be asked who may read this\n' }
    }
  }
}

function refusalOf(deed: Deed): string {
  if ('path' in deed) return `may not ${deed.verb} the path ${deed.path}: bind a ClusterRole with that nonResourceURL`
  const { verb, resource, group, namespace } = deed
  const where = namespace === undefined ? 'in all namespaces: name one, or' : `in namespace ${namespace}:`
  return `may not ${verb} ${resource}${group === '' ? '' : `.${group}`} ${where} bind a role that allows it`
}

function scrapePages(metrics: Registry, profiler: Profiler | undefined, inspection: Inspection | undefined): Answering {
  const there = ['/metrics', ...(profiler === undefined ? [] : ['/debug/cpuprofile', '/debug/heapprofile'])]
  const more = inspection === undefined ? '' : '; / tells of more'
  return async (url, question) => {
    const { pathname, searchParams } = url
    if (pathname === '/metrics') return { status: 200, body: await metrics.metrics(), contentType: metrics.contentType }
    const profile = /^\/debug\/(cpu|heap)profile$/.exec(pathname)?.[1] as 'cpu' | 'heap' | undefined
    if (profile !== undefined && profiler !== undefined) return await profiler.answer(profile, searchParams.get('seconds'), question.signal)
    const page = inspection?.answer(url, question)
    if (page !== undefined) return page
    return { status: 404, body: `here ${there.length === 1 ? 'is' : 'are'} ${there.join(', ')}${more}\n` }
  }
}
