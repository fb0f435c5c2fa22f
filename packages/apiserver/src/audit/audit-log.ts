import { type Clock, formatMicroTime, type Status } from '@kubewright/core'
import { type User, userInfo } from '../authn/user.ts'
import type { Attributes } from '../authz/attributes.ts'
import { isFields } from '../registry/fields.ts'
import { type AuditDecision, type AuditPolicy, type AuditStage, auditDecision } from './policy.ts'

/** What is audited, and where it goes. */
export interface AuditOptions {
  readonly policy: AuditPolicy
  /** Takes each event, one line of JSON without its newline. */
  readonly write: (line: string) => void
}

export interface AuditedRequest {
  readonly uri: string
  readonly userAgent: string | undefined
  readonly sourceIPs: readonly string[]
  readonly attributes: Attributes
}

export interface AuditedResponse {
  readonly code: number
  /** Of a refusal. */
  readonly status?: object
}

/** What is written of one request, stage by stage. */
export interface AuditTrail {
  impersonates(user: User): void
  /** Bodies, where the policy wants them. */
  readonly wants: { readonly request: boolean; readonly response: boolean }
  requestBody(body: object): void
  responseBody(body: object): void
  write(stage: AuditStage, response?: AuditedResponse, annotations?: ReadonlyMap<string, string>): void
}

const SILENT: AuditTrail = {
  impersonates: () => {},
  wants: { request: false, response: false },
  requestBody: () => {},
  responseBody: () => {},
  write: () => {},
}

/** The audit log: audit.k8s.io/v1 Events as lines of JSON. */
export class AuditLog {
  private readonly options: AuditOptions | undefined
  private readonly clock: Clock
  private readonly uuid: () => string
  private readonly failed: (error: unknown) => void

  /** `failed` hears why an event could not be written; requests go on, as on kube-apiserver. */
  constructor(options: AuditOptions | undefined, clock: Clock, uuid: () => string, failed: (error: unknown) => void) {
    this.options = options
    this.failed = failed
    this.clock = clock
    this.uuid = uuid
  }

  /** Opens the trail of a request, and writes that it was received. */
  received(request: AuditedRequest): AuditTrail {
    if (this.options === undefined) return SILENT
    const decision = auditDecision(this.options.policy, request.attributes)
    if (decision.level === 'None') return SILENT
    const trail = this.trail(request, decision, this.writer(this.options))
    trail.write('RequestReceived')
    return trail
  }

  /** Writes that a request was turned away because nobody could tell who makes it. */
  refused(request: AuditedRequest, status: Status): void {
    if (this.options === undefined) return
    const { level, ...decision } = auditDecision(this.options.policy, request.attributes)
    if (level === 'None') return
    const trail = this.trail(request, { level, ...decision }, this.writer(this.options))
    if (trail.wants.response) trail.responseBody(status)
    const { status: outcome, message, reason, code } = status
    trail.write('ResponseStarted', { code: code ?? 401, status: { status: outcome, message, reason } })
  }

  private writer({ write }: AuditOptions): (line: string) => void {
    return (line) => {
      try {
        write(line)
      } catch (error) {
        this.failed(error)
      }
    }
  }

  private trail(request: AuditedRequest, decision: AuditDecision, write: (line: string) => void): AuditTrail {
    const { attributes } = request
    const { level, omitStages, omitManagedFields } = decision
    const shown = (body: object) => (omitManagedFields ? withoutManagedFields(body) : body)
    const time = () => formatMicroTime(this.clock.now())
    const common = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level,
      auditID: this.uuid(),
    }
    const received = time()
    let later: Readonly<Record<string, object>> = {}
    return {
      impersonates(user) {
        later = { ...later, impersonatedUser: userInfo(user) }
      },
      wants: { request: level === 'Request' || level === 'RequestResponse', response: level === 'RequestResponse' },
      requestBody(body) {
        later = { ...later, requestObject: shown(body) }
      },
      responseBody(body) {
        later = { ...later, responseObject: shown(body) }
      },
      write(stage, response, annotations) {
        if (omitStages.has(stage)) return
        const { impersonatedUser, requestObject, responseObject } = later
        const event = {
          ...common,
          stage,
          requestURI: request.uri,
          verb: attributes.verb,
          user: userInfo(attributes.user),
          ...(impersonatedUser === undefined ? {} : { impersonatedUser }),
          sourceIPs: request.sourceIPs,
          ...(request.userAgent === undefined ? {} : { userAgent: request.userAgent }),
          ...(attributes.is === 'resource' ? { objectRef: objectRef(attributes) } : {}),
          ...(response === undefined ? {} : { responseStatus: { metadata: {}, ...response.status, code: response.code } }),
          ...(requestObject === undefined ? {} : { requestObject }),
          ...(responseObject === undefined ? {} : { responseObject }),
          requestReceivedTimestamp: received,
          stageTimestamp: time(),
          ...(annotations === undefined || annotations.size === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
        }
        write(JSON.stringify(event))
      },
    }
  }
}

/** Of an object, and of those in a list. */
function withoutManagedFields(body: object): object {
  const { metadata, items, ...rest } = body as { readonly metadata?: unknown; readonly items?: unknown }
  const { managedFields: _theirs, ...kept } = isFields(metadata) ? metadata : {}
  return {
    ...rest,
    ...(metadata === undefined ? {} : { metadata: isFields(metadata) ? kept : metadata }),
    ...(items === undefined
      ? {}
      : { items: Array.isArray(items) ? items.map((item) => (isFields(item) ? withoutManagedFields(item) : item)) : items }),
  }
}

function objectRef({ resource, namespace, name, group, version, subresource }: Extract<Attributes, { is: 'resource' }>): object {
  return {
    resource,
    ...(namespace === '' ? {} : { namespace }),
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { apiGroup: group }),
    apiVersion: version,
    ...(subresource === '' ? {} : { subresource }),
  }
}
