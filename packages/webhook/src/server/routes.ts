import type { Client } from '@kubewright/client'
import type { Clock } from '@kubewright/core'
import { inSpan, type Logger } from '@kubewright/runtime'
import { admit, type Side } from '../admission/admit.ts'
import { timeToAnswer } from '../admission/deadline.ts'
import type { WebhookDefinition } from '../admission/definition.ts'
import { ADMISSION_API, type AdmissionRequest, MalformedReviewError, parseAdmissionReview } from '../admission/review.ts'
import { CONVERT_PATH, pathOf, serves } from '../configuration/configurations.ts'
import { convertAll } from '../conversion/convert.ts'
import type { ConversionDefinition } from '../conversion/converters.ts'
import { CONVERSION_API, parseConversionReview } from '../conversion/review.ts'
import type { WebhookMetrics } from '../metrics/webhook-metrics.ts'
import { RequestError } from './body.ts'
import type { Answer, Route } from './https-server.ts'

/** controller-runtime's: an object of 1.5 MiB (etcd's limit) twice, old and new, with what JSON adds. */
const MOST_ADMISSION = 7 * 2 ** 20
/** A whole list may be converted at once. */
const MOST_CONVERSION = 128 * 2 ** 20

export interface RouteOptions {
  readonly hooks: readonly WebhookDefinition[]
  readonly conversions: readonly ConversionDefinition[]
  readonly client: Client
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: WebhookMetrics
}

export function routesOf(options: RouteOptions): ReadonlyMap<string, Route> {
  const { hooks, conversions, metrics } = options
  const routes = new Map<string, Route>()
  for (const definition of hooks) {
    for (const side of ['mutate', 'validate'] as const) {
      const path = pathOf(definition, side)
      if (serves(definition, side))
        routes.set(path, { answer: admitting(definition, side, options), mostBody: MOST_ADMISSION, meter: metrics.endpoint(path) })
    }
  }
  if (conversions.length > 0)
    routes.set(CONVERT_PATH, { answer: converting(options), mostBody: MOST_CONVERSION, meter: metrics.endpoint(CONVERT_PATH) })
  return routes
}

function admitting(definition: WebhookDefinition, side: Side, { client, clock, log, metrics }: RouteOptions): Answer {
  const webhook = `${side}/${definition.name}`
  return async ({ body, timeout, signal }) => {
    const request = parsed(() => parseAdmissionReview(body))
    const tools = { client, clock, log, signal, time: timeToAnswer(timeout) }
    const { response, failed } = await inSpan(`webhook ${webhook}`, attributesOf(webhook, request), () =>
      admit(definition, side, request, tools),
    )
    if (failed) metrics.panic()
    metrics.admitted(webhook, request.operation, response.allowed)
    return { apiVersion: ADMISSION_API, kind: 'AdmissionReview', response }
  }
}

function converting({ conversions, metrics, log }: RouteOptions): Answer {
  return async ({ body }) => {
    const request = parsed(() => parseConversionReview(body))
    const attributes = { desired: request.desiredAPIVersion, objects: request.objects.length }
    const response = await inSpan('webhook convert', attributes, async () => convertAll(conversions, request))
    const { result } = response
    if (result.status === 'Success') return { apiVersion: CONVERSION_API, kind: 'ConversionReview', response }
    metrics.conversionFailed()
    log.error('cannot convert', { ...attributes, problem: result.message })
    const told = { ...response, result: { ...result, message: log.secrets.hide(result.message) } }
    return { apiVersion: CONVERSION_API, kind: 'ConversionReview', response: told }
  }
}

/** Names only: an object's content may be secret. */
function attributesOf(webhook: string, { operation, resource, subResource = '', namespace = '', name = '', uid }: AdmissionRequest) {
  return { webhook, operation, resource: resource.resource, subresource: subResource, namespace, name, 'request.uid': uid }
}

function parsed<R>(parse: () => R): R {
  try {
    return parse()
  } catch (error) {
    if (error instanceof MalformedReviewError) throw new RequestError(400, error.message)
    throw error
  }
}
