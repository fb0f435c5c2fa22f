import { type Condition, type DynamicObject, formatTime, isConditionTrue, messageOf } from '@kubewright/core'
import { type Authority, readSigningRequest } from '@kubewright/core/certificates'
import { ruleOf, usagesOf } from '../certificates/signer-rules.ts'
import { isRefusal } from '../registry/removal.ts'
import { type Controller, type ControllerContext, Tables, targetOfObject } from './context.ts'
import { WorkLoop } from './work-loop.ts'

interface Request extends DynamicObject {
  readonly spec: {
    /** PEM, in base64. */
    readonly request: string
    readonly signerName: string
    readonly usages?: readonly string[]
    readonly expirationSeconds?: number
  }
  readonly status?: { readonly certificate?: string; readonly conditions?: readonly Condition[] }
}

const TABLE = 'certificates.k8s.io/certificatesigningrequests'

const SECOND = 1_000
/** What kube-controller-manager gives, and the least. */
const LONGEST = 365 * 86_400
const SHORTEST = 600
/** The clocks of who uses a certificate may be behind. */
const BACKDATED = 300
/** Of one that lives shorter, five minutes would be much: its end is not backdated. */
const SHORT = 8 * 3_600

/** Signs CertificateSigningRequests that somebody has approved, for the signers of the cluster itself. */
export class CertificateSigner implements Controller {
  private readonly context: ControllerContext
  private readonly authority: Authority
  private readonly tables: Tables
  private readonly loop: WorkLoop
  private readonly unsubscribe: () => void

  constructor(context: ControllerContext, authority: Authority) {
    this.context = context
    this.authority = authority
    this.tables = new Tables(context.catalog)
    const { clock, log, objects } = context
    this.loop = new WorkLoop({ clock, log, name: 'certificate signer', work: (name) => this.attend(name) })
    this.unsubscribe = objects.store.subscribe(({ type, resource, current }) => {
      if (resource === TABLE && type === 'put') this.loop.add(current.object.metadata.name ?? '')
    })
    for (const { object } of objects.store.list(TABLE)) this.loop.add(object.metadata.name ?? '')
  }

  stop(): void {
    this.unsubscribe()
    this.loop.stop()
  }

  private attend(name: string): void {
    const { objects } = this.context
    const resource = this.tables.find(TABLE)
    const request = objects.store.get(TABLE, name)?.object as Request | undefined
    if (resource === undefined || request === undefined || !isDue(request)) return
    const status = this.statusOf(request)
    if (status === undefined) return
    try {
      objects.update(resource, targetOfObject(request), () => ({ ...request, status }), { subresource: 'status' })
    } catch (error) {
      // Who has changed it meanwhile has woken us again.
      if (!isRefusal(error, 404) && !isRefusal(error, 409)) throw error
    }
  }

  /** Undefined: it is not for a signer of the cluster. */
  private statusOf({ spec, status }: Request): object | undefined {
    const rule = ruleOf(spec.signerName)
    if (rule === undefined) return undefined
    const verdict = this.sign(spec, rule)
    if (verdict.is === 'signed') return { ...status, certificate: Buffer.from(verdict.certificate).toString('base64') }
    const time = formatTime(this.context.clock.now())
    const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message: verdict.why, lastUpdateTime: time }
    return { ...status, conditions: [...(status?.conditions ?? []), failed] }
  }

  private sign(spec: Request['spec'], rule: NonNullable<ReturnType<typeof ruleOf>>) {
    const usages = spec.usages ?? []
    try {
      const asked = readSigningRequest(Buffer.from(spec.request, 'base64').toString())
      const why = rule(asked, usages)
      if (why !== undefined) return { is: 'refused', why } as const
      return { is: 'signed', certificate: this.authority.sign(asked, usagesOf(usages), this.validity(spec.expirationSeconds)) } as const
    } catch (error) {
      return { is: 'refused', why: messageOf(error) } as const
    }
  }

  private validity(expirationSeconds = LONGEST) {
    const now = this.context.clock.now()
    const life = Math.min(LONGEST, Math.max(SHORTEST, expirationSeconds))
    const end = life < SHORT ? life : life - BACKDATED
    return { notBefore: now - BACKDATED * SECOND, notAfter: now + end * SECOND }
  }
}

const isDue = ({ status }: Request): boolean =>
  isConditionTrue(status?.conditions, 'Approved') &&
  !isConditionTrue(status?.conditions, 'Denied') &&
  !isConditionTrue(status?.conditions, 'Failed') &&
  !status?.certificate
