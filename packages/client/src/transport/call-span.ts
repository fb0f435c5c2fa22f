import { type Attributes, type Context, propagation, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { VERSION } from '../version.ts'
import type { AttemptOutcome } from './attempt.ts'
import { codeOf } from './connection-failure.ts'
import type { ApiRequest } from './request.ts'

/** The instrumentation's name, by which people find these spans. */
export const TRACER = '@kubewright/client'

/** The trace of one attempt, in the words of OpenTelemetry's HTTP conventions. No query, no header, no body: those may be secrets. */
export interface CallSpan {
  /** Adds what lets the server's spans join ours: the headers of the registered propagator, W3C's `traceparent` for most. */
  inject(headers: Record<string, string | string[]>): void
  end(outcome: AttemptOutcome): void
  /** The attempt was given up: an abort, credentials that could not be had. */
  fail(error: unknown): void
}

export interface CallTracer {
  /**
   * @param path the path on the wire, without its query
   * @param parent the context of the call: whether it is still the active one after waiting is up to the user's context manager
   */
  start(request: ApiRequest, path: string, attempt: number, parent: Context): CallSpan
}

const CLIENT_CALL = { kind: SpanKind.CLIENT } as const

/** Without an SDK, and for calls that it does not sample, a span is this. */
const UNRECORDED: CallSpan = { inject() {}, end() {}, fail() {} }

export function createCallTracer(server: URL): CallTracer {
  const tracer: Tracer = trace.getTracer(TRACER, VERSION)
  const where: Attributes = {
    'server.address': server.hostname.replace(/^\[|\]$/g, ''),
    'server.port': Number(server.port) || (server.protocol === 'https:' ? 443 : 80),
  }
  return {
    start(request, path, attempt, parent) {
      // Attributes come after the start, when it is known that somebody reads them: most processes have no SDK.
      const span = tracer.startSpan(request.method, CLIENT_CALL, parent)
      if (!span.isRecording()) return UNRECORDED
      span.setAttributes({ ...where, 'http.request.method': request.method, 'url.path': path, 'k8s.verb': request.verb })
      if (attempt > 1) span.setAttribute('http.request.resend_count', attempt - 1)
      return recorded(span, parent)
    },
  }
}

function recorded(span: Span, parent: Context): CallSpan {
  const fail = (type: string) => span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR }).end()
  return {
    inject: (headers) => propagation.inject(trace.setSpan(parent, span), headers),
    end(outcome) {
      if (outcome.is === 'failure') return fail(codeOf(outcome.error) || outcome.error.name)
      span.setAttribute('http.response.status_code', outcome.code)
      if (outcome.code >= 400) return fail(String(outcome.code))
      span.end()
    },
    fail: (error) => fail(error instanceof Error ? error.name : 'error'),
  }
}
