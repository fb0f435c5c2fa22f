import { applyJsonPatch, type DynamicObject, deepEqual, type JsonPatchOperation, messageOf } from '@kubewright/core'
import type { Authorizer } from '../authz/authorizer.ts'
import { isFields } from '../registry/fields.ts'
import { forbidden, internalError, type Refusal } from '../status/index.ts'
import type { Store } from '../storage/index.ts'
import { WebhookCallError } from '../webhooks/call-error.ts'
import type { WebhookClient } from '../webhooks/webhook-client.ts'
import { accessBindings, placeOf } from './access-bindings.ts'
import { admissionReview, type ReviewedObjects, reviewRequest, reviewVersion, type Verdict, verdictOf } from './admission-review.ts'
import type { CelEngine } from './cel-engine.ts'
import { MUTATING_TABLE, VALIDATING_TABLE } from './configuration.ts'
import type { Equivalent } from './equivalents.ts'
import { shownIn } from './form.ts'
import type { Matcher } from './matcher.ts'
import type { Reinvocation } from './reinvocation.ts'
import { callFailed, noDryRun, rejection } from './rejection.ts'
import type { ReviewedRequest } from './reviewed-request.ts'
import { type KnownWebhook, WebhookIndex } from './webhook-index.ts'

export interface WebhookAdmissionContext {
  readonly store: Store
  readonly client: WebhookClient
  readonly matcher: Matcher
  readonly uuid: () => string
  readonly cel: CelEngine | undefined
  readonly authorizer: Authorizer
  /** A webhook that could not be called, and is ignored because its configuration says so. */
  readonly log: (line: string) => void
}

/** A webhook that is to be called, and in which form of the resource. */
interface Invocation {
  readonly hook: KnownWebhook
  readonly form: Equivalent
}

/** Asks the webhooks of the cluster's configurations about writes. */
export class WebhookAdmission {
  private readonly context: WebhookAdmissionContext
  private readonly mutating: WebhookIndex
  private readonly validating: WebhookIndex

  constructor(context: WebhookAdmissionContext) {
    this.context = context
    this.mutating = new WebhookIndex(context.store, MUTATING_TABLE, context.cel)
    this.validating = new WebhookIndex(context.store, VALIDATING_TABLE, context.cel)
  }

  start(): () => void {
    const stops = [this.mutating.start(), this.validating.start()]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** Whether there is any webhook. */
  isAwake(): boolean {
    return this.mutating.all().length > 0 || this.validating.all().length > 0
  }

  /** One round, the first or the second: each in its turn sees what the ones before it made. */
  async mutate(
    request: ReviewedRequest,
    sent: DynamicObject,
    old: DynamicObject | undefined,
    reinvocation: Reinvocation,
    round: 0 | 1,
  ): Promise<DynamicObject> {
    let object = sent
    for (const [index, hook] of this.mutating.all().entries()) {
      const invocation = await this.invocationOf(hook, request, { object, old })
      if (invocation === undefined || !reinvocation.has(hook.id)) continue
      const changed = await this.mutateBy(invocation, request, { object, old }, `round_${round}_index_${index}`)
      if (changed !== undefined) {
        object = changed
        reinvocation.changed()
      }
      if (hook.webhook.reinvocationPolicy === 'IfNeeded') reinvocation.had(hook.id)
    }
    return object
  }

  /** Of a deletion, which has nothing to change. */
  async mutateNothing(request: ReviewedRequest, old: DynamicObject): Promise<void> {
    for (const [index, hook] of this.mutating.all().entries()) {
      const invocation = await this.invocationOf(hook, request, { object: undefined, old })
      if (invocation !== undefined) await this.mutateBy(invocation, request, { object: undefined, old }, `round_0_index_${index}`)
    }
  }

  /** The object as the webhook changed it; undefined when it did not. */
  private async mutateBy(
    invocation: Invocation,
    request: ReviewedRequest,
    objects: ReviewedObjects,
    place: string,
  ): Promise<DynamicObject | undefined> {
    const { name } = invocation.hook.webhook
    const shown = await shownIn(invocation.form, objects)
    const verdict = await this.ask(invocation, request, shown, 'mutating', place)
    const changed = verdict?.patch === undefined ? undefined : await this.patched(name, verdict.patch, invocation, request, shown.object)
    const note = { configuration: invocation.hook.configuration, webhook: name, mutated: changed !== undefined }
    if (verdict !== undefined) request.annotate(`mutation.webhook.admission.k8s.io/${place}`, JSON.stringify(note))
    return changed
  }

  private async patched(
    name: string,
    patch: string,
    invocation: Invocation,
    request: ReviewedRequest,
    shown: DynamicObject | undefined,
  ): Promise<DynamicObject | undefined> {
    let operations: unknown
    try {
      operations = JSON.parse(patch)
    } catch (error) {
      return this.unless(invocation, request, `received undecodable patch in webhook response: ${messageOf(error)}`)
    }
    if (!Array.isArray(operations)) return this.unless(invocation, request, 'received undecodable patch in webhook response: it is no list')
    if (operations.length === 0) return undefined
    if (shown === undefined)
      throw internalError(
        `admission webhook ${JSON.stringify(name)} attempted to modify the object, which is not supported for this operation`,
      )
    let made: unknown
    try {
      made = applyJsonPatch(shown, operations as readonly JsonPatchOperation[])
    } catch (error) {
      throw internalError(messageOf(error))
    }
    if (!isFields(made))
      throw internalError(`the patch of admission webhook ${JSON.stringify(name)} makes the object something that is no object`)
    const object = await invocation.form.read(made)
    return deepEqual(object, shown) ? undefined : object
  }

  /** All at once; of several rejections the first in order is told, as no answer has room for more than one. */
  async validate(request: ReviewedRequest, objects: ReviewedObjects): Promise<void> {
    const invocations: (readonly [Invocation, number])[] = []
    for (const hook of this.validating.all()) {
      const invocation = await this.invocationOf(hook, request, objects)
      if (invocation !== undefined) invocations.push([invocation, invocations.length])
    }
    const outcomes = await Promise.allSettled(
      invocations.map(async ([invocation, index]) => {
        const shown = await shownIn(invocation.form, objects)
        await this.ask(invocation, request, shown, 'validating', `round_0_index_${index}`)
      }),
    )
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  /** Whether and how a webhook is called. @throws Refusal */
  private async invocationOf(hook: KnownWebhook, request: ReviewedRequest, objects: ReviewedObjects): Promise<Invocation | undefined> {
    const form = this.context.matcher.formOf(hook.criteria, request, objects)
    if (form === undefined) return undefined
    const invocation = { hook, form }
    if (hook.conditions.length > 0 && !(await this.conditionsHold(invocation, request, objects))) return undefined
    return invocation
  }

  private async conditionsHold({ hook, form }: Invocation, request: ReviewedRequest, objects: ReviewedObjects): Promise<boolean> {
    const shown = await shownIn(form, objects)
    const variables = {
      ...accessBindings(this.context.authorizer, request.user, placeOf(request)),
      object: shown.object ?? null,
      oldObject: shown.old ?? null,
      request: reviewRequest(request, form.form, ''),
    }
    const problems: string[] = []
    for (const condition of hook.conditions) {
      try {
        // One that does not hold settles it, whatever becomes of the others.
        if (!condition.evaluate(variables)) return false
      } catch (error) {
        problems.push(`expression '${condition.expression}' resulted in error: ${messageOf(error)}`)
      }
    }
    if (problems.length === 0) return true
    if (hook.webhook.failurePolicy === 'Ignore') return false
    throw forbidden(request.resource, request.name, problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`)
  }

  /** The webhook's answer, unless it could not be had and is not needed. @throws Refusal */
  private async ask(
    invocation: Invocation,
    request: ReviewedRequest,
    objects: ReviewedObjects,
    kind: 'mutating' | 'validating',
    place: string,
  ): Promise<Verdict | undefined> {
    const { webhook } = invocation.hook
    if (request.dryRun && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun') throw noDryRun(webhook.name)
    let verdict: Verdict
    try {
      const uid = this.context.uuid()
      const version = reviewVersion(webhook.admissionReviewVersions)
      const body = admissionReview(version, reviewRequest(request, invocation.form.form, uid), objects)
      const answer = await this.call(invocation, request, body)
      verdict = verdictOf(answer, version, uid, kind)
    } catch (error) {
      if (!(error instanceof WebhookCallError)) throw error
      const prefix = kind === 'mutating' ? 'failed-open.mutation' : 'failed-open.validating'
      if (webhook.failurePolicy === 'Ignore') request.annotate(`${prefix}.webhook.admission.k8s.io/${place}`, webhook.name)
      this.unless(invocation, request, error.message)
      return undefined
    }
    for (const [key, value] of Object.entries(verdict.annotations)) request.annotate(`${webhook.name}/${key}`, value)
    for (const warning of verdict.warnings) request.warn(warning)
    if (!verdict.allowed) throw rejection(webhook.name, verdict.status)
    return verdict
  }

  private async call({ hook }: Invocation, { signal }: ReviewedRequest, body: object): Promise<Readonly<Record<string, unknown>>> {
    const { clientConfig, timeoutSeconds } = hook.webhook
    try {
      return await this.context.client.call({ config: clientConfig, body, timeoutSeconds, signal })
    } catch (error) {
      if (error instanceof WebhookCallError) throw new WebhookCallError(`failed to call webhook: ${error.message}`, { cause: error })
      throw error
    }
  }

  /** A webhook that fails stops the request, unless its configuration lets it pass. */
  private unless({ hook }: Invocation, request: ReviewedRequest, why: string): undefined {
    const { name, failurePolicy } = hook.webhook
    const refusal: Refusal = callFailed(name, why)
    if (failurePolicy !== 'Ignore') throw refusal
    this.context.log(
      `apiserver: ${request.operation} of ${request.resource.plural} ${request.name}: ${refusal.message}; ignored, as it is to be`,
    )
    return undefined
  }
}
