// What is served: the page itself, and the data that it shows.
import { act } from './actions.ts'
import type { Collector } from './collector.ts'
import type { Frames } from './live/frames.ts'
import type { Pulse } from './live/pulse.ts'
import { streamOf } from './live/stream.ts'
import { objectPage } from './objects/object-page.ts'
import type { DashboardSource } from './source.ts'
import { viewPage } from './views.ts'

export interface DashboardAnswer {
  readonly status: number
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface DashboardStream {
  readonly status: number
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>>
  readonly stream: AsyncIterable<string>
}

export interface DashboardQuestion {
  readonly method: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly signal: AbortSignal
}

export interface PageTools {
  readonly source: DashboardSource
  readonly collector: Collector
  readonly frames: Frames
  readonly pulse: Pulse
  readonly epoch: string
}

/**
 * Nothing comes from anywhere else and nothing goes there: what is shown are other people's texts, and a mistake in showing them must not be able to do
 * anything. Nobody frames it either.
 */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Each holds a connection and its share of the frames. */
const MOST_STREAMS = 32

const ASSETS: Readonly<Record<string, readonly ['markup' | 'script' | 'style' | 'icon', string]>> = {
  '/': ['markup', 'text/html; charset=utf-8'],
  '/page.js': ['script', 'text/javascript; charset=utf-8'],
  '/page.css': ['style', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon', 'image/svg+xml'],
}

export async function answerPage(url: URL, question: DashboardQuestion, tools: PageTools): Promise<DashboardAnswer | DashboardStream> {
  const { pathname, searchParams } = url
  const { source, collector, pulse } = tools
  const action = /^\/api\/actions\/([\w-]+)$/.exec(pathname)?.[1]
  // What changes something is never a link that somebody can be made to follow.
  if ((action !== undefined) !== (question.method === 'POST')) {
    const wanted = action === undefined ? 'GET' : 'POST'
    const answer = json(405, { message: `${pathname} takes ${wanted}` })
    return { ...answer, headers: { ...answer.headers, allow: wanted } }
  }
  if (action !== undefined) {
    const { status, message } = act(action, searchParams, source)
    return json(status, { message })
  }
  const asset = ASSETS[pathname]
  if (asset !== undefined) {
    // Loaded with the first look: most programs are never looked at.
    const { PAGE } = await import('./generated/page.ts')
    return text(200, asset[1], PAGE[asset[0]])
  }
  if (pathname === '/api/snapshot') return json(200, pulse.snapshot())
  if (pathname === '/api/overview') return json(200, pulse.overview())
  if (pathname === '/api/stream') return stream(searchParams, question, tools)
  if (pathname === '/api/object') {
    const id = searchParams.get('id') ?? ''
    const page = objectPage(id, collector, source)
    return page === undefined
      ? json(404, { message: `nothing is known of "${id}": it is not watched, and nothing was done with it` })
      : json(200, page)
  }
  const view = /^\/api\/views\/([\w-]+)$/.exec(pathname)?.[1]
  if (view === undefined)
    return json(404, { message: 'here are /, /api/overview, /api/snapshot, /api/stream, /api/object?id= and /api/views/NAME' })
  const page = viewPage(view, source)
  if (page !== undefined) return json(200, page)
  return json(404, { message: `there is no view "${view}"; there are ${source.views.map(({ name }) => name).join(', ') || 'none'}` })
}

function stream(parameters: URLSearchParams, { headers, signal }: DashboardQuestion, tools: PageTools): DashboardAnswer | DashboardStream {
  if (tools.pulse.readers >= MOST_STREAMS) return json(503, { message: `there are ${MOST_STREAMS} pages open already` })
  const header = headers['last-event-id']
  const lastEventId = parameters.get('lastEventId') ?? (typeof header === 'string' ? header : undefined)
  // A proxy that collects before it passes on would hold back what is meant for now.
  const more = { ...HEADERS, 'x-accel-buffering': 'no' }
  return {
    status: 200,
    contentType: 'text/event-stream; charset=utf-8',
    headers: more,
    stream: streamOf({ ...tools, lastEventId, signal }),
  }
}

const json = (status: number, value: unknown): DashboardAnswer => text(status, 'application/json', `${JSON.stringify(value)}\n`)

const text = (status: number, contentType: string, body: string): DashboardAnswer => ({ status, contentType, headers: HEADERS, body })
