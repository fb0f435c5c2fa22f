import type { AuditLog } from '../audit/audit-log.ts'
import type { Authenticator, Credentials } from '../authn/authenticator.ts'
import { ANONYMOUS, NOBODY, type User } from '../authn/user.ts'
import { attributesOf } from '../authz/attributes.ts'
import { type Authorizer, forbiddenRequest } from '../authz/authorizer.ts'
import { impersonated, wantedUser } from '../authz/impersonation.ts'
import { type Answer, type ApiRequest, jsonAnswer } from '../rest/exchange.ts'
import { Notes } from '../rest/notes.ts'
import { warningHeaders } from '../rest/warning-header.ts'
import { badRequest, internalError, Refusal, storageError, unauthorized } from '../status/index.ts'
import { StorageError } from '../storage/index.ts'

/** A request as it came in: nobody has yet looked at who makes it. */
export interface IncomingRequest extends Omit<ApiRequest, 'user' | 'notes'> {
  /** Path and query as they were sent. */
  readonly uri: string
  readonly distinctHeaders: Readonly<Partial<Record<string, readonly string[]>>>
  readonly certificate: Credentials['certificate']
  readonly remoteAddress: string
}

export interface PipelineOptions {
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  /** Whether requests without credentials are made by `system:anonymous`; false: they may probe, and nothing else. */
  readonly anonymous: boolean
  readonly audit: AuditLog
  readonly answer: (request: ApiRequest) => Promise<Answer>
  /** A request failed through a defect of the server. */
  readonly failed: (request: string, error: unknown) => void
}

/** Probes must be able to ask before anyone has credentials. */
const PUBLIC = /^\/(healthz|livez|readyz)(\/|$)|^\/version\/?$/

/** What happens to every request before it is understood: who asks, for whom, may they, and what is written down of it. Never fails. */
export async function handle(options: PipelineOptions, incoming: IncomingRequest): Promise<Answer> {
  const notes = new Notes()
  const { method, path } = incoming
  let finish = (answer: Answer): Answer => answer
  try {
    const user = userOf(options, incoming)
    const attributes = attributesOf(incoming, user ?? NOBODY)
    const asking = {
      uri: incoming.uri,
      userAgent: incoming.headers['user-agent'],
      sourceIPs: [incoming.remoteAddress],
      attributes,
    }
    if (user === undefined) {
      const refusal = unauthorized()
      options.audit.refused(asking, refusal.status)
      throw refusal
    }
    const trail = options.audit.received(asking)
    finish = (answer) => audited(answer, trail, notes, attributes.verb === 'watch')
    const wanted = wantedUser(incoming.distinctHeaders)
    const actor = wanted === undefined ? user : impersonated(attributes, wanted, options.authorizer)
    if (wanted !== undefined) trail.impersonates(actor)
    const asked = { ...attributes, user: actor }
    const { allowed, reason } = options.authorizer.decide(asked)
    notes.annotate('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid')
    notes.annotate('authorization.k8s.io/reason', reason)
    if (!allowed) throw forbiddenRequest(asked, reason)
    const body = trail.wants.request ? recorded(incoming, trail.requestBody) : () => incoming.body()
    const { headers, query, signal } = incoming
    return finish(withWarnings(await options.answer({ method, path, query, headers, signal, body, user: actor, notes }), notes))
  } catch (error) {
    return finish(
      withWarnings(
        refusalOf(error, () => options.failed(`${method} ${path}`, error)),
        notes,
      ),
    )
  }
}

/** Undefined: somebody whom this server does not know. */
function userOf({ authenticator, anonymous }: PipelineOptions, { headers, certificate, path }: IncomingRequest): User | undefined {
  const identity = authenticator.authenticate({ authorization: headers['authorization'], certificate })
  if (identity.is === 'user') return identity.user
  return identity.is === 'anonymous' && (anonymous || PUBLIC.test(path)) ? ANONYMOUS : undefined
}

function refusalOf(error: unknown, report: () => void): Answer {
  if (error instanceof Refusal) {
    const seconds = error.status.details?.retryAfterSeconds
    return jsonAnswer(error.code, error.status, seconds === undefined ? {} : { 'retry-after': String(seconds) })
  }
  // A body of brackets is deeper than the stack; nothing has been written, since that comes last.
  if (error instanceof RangeError && /call stack/.test(error.message))
    return refusalOf(badRequest('the object is nested too deeply'), report)
  report()
  if (error instanceof StorageError) return refusalOf(storageError(error.message), () => {})
  return jsonAnswer(500, internalError('the embedded API server failed; its log says why').status)
}

/** Of what is refused, too. */
function withWarnings(answer: Answer, { warnings }: Notes): Answer {
  const warning = warningHeaders(warnings)
  return warning.length === 0 ? answer : { ...answer, headers: { ...answer.headers, warning } }
}

type Trail = ReturnType<AuditLog['received']>

function audited(answer: Answer, trail: Trail, { annotations }: Notes, isLongRunning: boolean): Answer {
  const { code } = answer
  if ('run' in answer) {
    if (isLongRunning) trail.write('ResponseStarted', { code }, annotations)
    const run = answer.run
    return {
      ...answer,
      async run(sink) {
        try {
          await run(sink)
        } finally {
          trail.write('ResponseComplete', { code }, annotations)
        }
      },
    }
  }
  const refusal = code >= 400 ? jsonOf(answer.body) : undefined
  if (trail.wants.response) {
    const body = jsonOf(answer.body)
    if (body !== undefined) trail.responseBody(body)
  }
  const { status, message, reason, details } = (refusal ?? {}) as Readonly<Record<string, unknown>>
  trail.write('ResponseComplete', { code, ...(refusal === undefined ? {} : { status: { status, message, reason, details } }) }, annotations)
  return answer
}

function recorded(incoming: IncomingRequest, keep: (body: object) => void): () => Promise<Buffer> {
  return async () => {
    const bytes = await incoming.body()
    const body = jsonOf(bytes)
    if (body !== undefined) keep(body)
    return bytes
  }
}

/** What is no JSON, such as protobuf or a text, is not written down. */
function jsonOf(body: Buffer | string): object | undefined {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
