import type { Client } from '@kubewright/client'
import { type Clock, type DynamicObject, deepEqual, deepFreeze, type KubeObject, messageOf, type StatusCause } from '@kubewright/core'
import type { Logger } from '@kubewright/runtime'
import type { JsonRecord } from '../wire.ts'
import type { DefaultContext, HookContext, ValidateContext } from './context.ts'
import { DeadlineError, withDeadline } from './deadline.ts'
import type { HookSet, WebhookDefinition } from './definition.ts'
import { DeniedError } from './denied-error.ts'
import { FieldErrors } from './field-errors.ts'
import { mutate } from './mutation.ts'
import type { AdmissionRequest, AdmissionResponse, AdmissionStatus } from './review.ts'
import { schemaCauses } from './schema-check.ts'
import { denial, failure, invalid, unknownRequest } from './verdict.ts'
import { Warnings } from './warnings.ts'

export type Side = 'mutate' | 'validate'

export interface AdmissionTools {
  readonly client: Client
  readonly log: Logger
  readonly clock: Clock
  /** Milliseconds for the hooks. */
  readonly time: number
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** How it went, for metrics and logs. `failed`: the hook threw what was no verdict, or took too long. */
export interface Admission {
  readonly response: AdmissionResponse
  readonly failed: boolean
}

/** Everything that one request collects on its way. */
interface Collected {
  readonly warnings: Warnings
  readonly audit: Record<string, string>
  readonly causes: StatusCause[]
}

type Verdict = { readonly status: AdmissionStatus } | { readonly patch: readonly unknown[] }

const ALLOWED: Verdict = { patch: [] }

/** Answers one request: never throws, whatever the hooks do. */
export async function admit(
  definition: WebhookDefinition,
  side: Side,
  request: AdmissionRequest,
  tools: AdmissionTools,
): Promise<Admission> {
  const { name = '', namespace } = request
  const log = tools.log.with({
    webhook: `${side}/${definition.name}`,
    object: namespace ? `${namespace}/${name}` : name,
    operation: request.operation,
    uid: request.uid,
  })
  const collected: Collected = { warnings: new Warnings(), audit: {}, causes: [] }
  try {
    const verdict = await withDeadline({ clock: tools.clock, ms: tools.time, parent: tools.signal }, (signal) =>
      judge(definition, side, request, collected, { ...tools, log, signal }),
    )
    if ('status' in verdict) log.debug('refused', { code: verdict.status.code, fields: collected.causes.map(({ field }) => field) })
    return { response: answer(request, verdict, collected), failed: false }
  } catch (error) {
    const { failurePolicy } = definition.rules
    log.error(error instanceof DeadlineError ? 'the hook took too long' : 'the hook failed', { error, failurePolicy })
    const problem = log.secrets.hide(`${definition.name}: ${messageOf(error)}`)
    // An answer that says no would be a denial, whatever the policy: who wants failures ignored has to hear yes.
    if (failurePolicy === 'Fail') return { response: answer(request, { status: failure(problem) }, collected), failed: true }
    collected.warnings.add(`${definition.name}: the hook failed and was ignored`)
    return { response: answer(request, ALLOWED, collected), failed: true }
  }
}

async function judge(
  definition: WebhookDefinition,
  side: Side,
  request: AdmissionRequest,
  collected: Collected,
  tools: AdmissionTools,
): Promise<Verdict> {
  const hooks = definition.hooks.get(request.subResource ?? '')
  if (hooks === undefined || request.resource.group !== definition.kind.group || request.resource.resource !== definition.kind.plural)
    return { status: unknownRequest(definition, request) }
  const context = contextOf(request, collected, tools)
  try {
    if (side === 'mutate') return await judgeDefaults(definition, hooks, request, context)
    await validate(definition, hooks, request, context, collected)
  } catch (error) {
    const status = denial(error)
    if (status === undefined) throw error
    return { status }
  }
  return collected.causes.length === 0 ? ALLOWED : { status: invalid(request, collected.causes) }
}

async function judgeDefaults(
  definition: WebhookDefinition,
  hooks: HookSet,
  request: AdmissionRequest,
  context: HookContext,
): Promise<Verdict> {
  const { operation } = request
  if (operation !== 'CREATE' && operation !== 'UPDATE') return ALLOWED
  const raw = (request.object ?? {}) as JsonRecord
  const old = operation === 'UPDATE' ? deepFreeze(request.oldObject) : undefined
  // What a default adds here would be more than metadata to the validation that follows.
  if (isOnItsWayOut(request.object as KubeObject | undefined, old as KubeObject | undefined)) return ALLOWED
  try {
    return {
      patch: await mutate(raw, hooks.default, (object) => ({ ...context, operation, old, object }) as DefaultContext<DynamicObject>),
    }
  } catch (error) {
    // The schema has not been checked yet when defaults are filled in: what the hook stumbled over may be the user's mistake.
    if (!(error instanceof TypeError) || definition.parse === undefined || request.subResource) throw error
    const causes = schemaCauses(definition.parse, raw, old)
    if (causes.length === 0) throw error
    return { status: invalid(request, causes) }
  }
}

async function validate(
  { parse, checksSchema }: WebhookDefinition,
  hooks: HookSet,
  request: AdmissionRequest,
  context: HookContext,
  { causes }: Collected,
): Promise<void> {
  const errors = new FieldErrors(causes)
  const object = deepFreeze(request.object) as KubeObject | undefined
  const old = (deepFreeze(request.oldObject) ?? undefined) as KubeObject | undefined
  const { operation } = request
  switch (operation) {
    case 'CREATE':
    case 'UPDATE':
      if (isOnItsWayOut(object, old)) return
      if (parse !== undefined && checksSchema && !request.subResource) causes.push(...schemaCauses(parse, object, old))
      // The hooks rely on the types, which an object that does not fit its schema does not have.
      if (causes.length > 0) return
      for (const hook of hooks.validate) await hook({ ...context, operation, object, old, errors } as ValidateContext<DynamicObject>)
      return
    case 'DELETE':
      for (const hook of hooks.validateDelete) await hook({ ...context, operation, old: old as DynamicObject, errors })
      return
    case 'CONNECT':
      for (const hook of hooks.validateConnect) await hook({ ...context, operation, object: object as DynamicObject, errors })
  }
}

/** It is being deleted, and nothing but its metadata changes: finalizers must be removable from what no rule would let in today. */
function isOnItsWayOut(object: KubeObject | undefined, old: KubeObject | undefined): boolean {
  if (old?.metadata?.deletionTimestamp === undefined || object === undefined) return false
  const { metadata: _, ...now } = object
  const { metadata: __, ...before } = old
  return deepEqual(now, before)
}

function contextOf(request: AdmissionRequest, { warnings, audit }: Collected, { client, signal, log }: AdmissionTools): HookContext {
  return {
    user: request.userInfo,
    dryRun: request.dryRun === true,
    request,
    warn: (text) => warnings.add(text),
    audit(key, value) {
      audit[key] = value
    },
    deny(message, code) {
      throw new DeniedError(message, code)
    },
    client,
    signal,
    log,
  }
}

function answer({ uid }: AdmissionRequest, verdict: Verdict, { warnings, audit }: Collected): AdmissionResponse {
  const { texts } = warnings
  const patched = 'patch' in verdict && verdict.patch.length > 0
  return {
    uid,
    allowed: 'patch' in verdict,
    ...('status' in verdict && { status: verdict.status }),
    // The two go together or not at all: the API server refuses a patch without its type, and a type without a patch.
    ...(patched && { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(verdict.patch)).toString('base64') }),
    ...(texts.length > 0 && { warnings: texts }),
    ...(Object.keys(audit).length > 0 && { auditAnnotations: audit }),
  }
}
