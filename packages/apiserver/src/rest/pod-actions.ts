import type { DynamicObject } from '@kubewright/core'
import { type Fields, isFields, optionalFields } from '../registry/fields.ts'
import { badRequest, methodNotAllowed } from '../status/index.ts'
import { readBody } from './body.ts'
import { type ResourceRequest, type RestContext, targetOf } from './context.ts'
import { type Answer, type ApiRequest, jsonAnswer } from './exchange.ts'
import { mutationOptions } from './options.ts'
import { bindPod } from './pod-binding.ts'
import { evictPod } from './pod-eviction.ts'
import { admissionOf } from './write-admission.ts'

/** What is POSTed to a part of a pod, and makes something happen to the pod. */
export interface PodAction {
  /** As it was sent, or as webhooks have changed it. */
  readonly sent: Fields
  readonly pod: ResourceRequest
  readonly dryRun: boolean
}

const ACTIONS = {
  binding: { kind: 'Binding', act: bindPod },
  eviction: { kind: 'Eviction', act: evictPod },
} as const

export const isPodAction = ({ resource, subresource = '' }: ResourceRequest): boolean =>
  resource.storage.table === '/pods' && Object.hasOwn(ACTIONS, subresource)

/** POST of `pods/NAME/binding` or `/eviction`. @throws Refusal */
export async function actOnPod(context: RestContext, asked: ResourceRequest): Promise<Answer> {
  const { request } = asked
  if (request.method !== 'POST') throw methodNotAllowed()
  const { kind, act } = ACTIONS[asked.subresource as keyof typeof ACTIONS]
  const { dryRun } = mutationOptions(request.query, request.headers['user-agent'] ?? '', 'CreateOptions')
  const { value } = await readBody(request, kind)
  const sent: Fields = isFields(value) ? value : {}
  if (optionalFields(sent, 'metadata')?.['name'] !== targetOf(asked).name)
    throw badRequest(`name in URL does not match name in ${kind} object`)
  const reviewed = await review(context, asked, { ...sent, metadata: sent['metadata'] ?? {} } as DynamicObject, dryRun)
  await act(context, { sent: reviewed as Fields, pod: asked, dryRun })
  return jsonAnswer(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
}

/** POST of `bindings`: the older way to bind a pod, which the body names. @throws Refusal */
export async function bindNamed(context: RestContext, request: ApiRequest, namespace: string | undefined): Promise<Answer> {
  const resource = context.catalog.find('', 'v1', 'pods')
  if (request.method !== 'POST' || namespace === undefined || resource?.is !== 'stored') throw methodNotAllowed()
  const { value } = await readBody(request, 'Binding')
  const name = isFields(value) ? optionalFields(value, 'metadata')?.['name'] : undefined
  return actOnPod(context, { request, resource, namespace, name: String(name ?? ''), subresource: 'binding', isWatchPath: false })
}

/** The action as those who have a say in it want it. */
async function review(context: RestContext, asked: ResourceRequest, sent: DynamicObject, dryRun: boolean): Promise<DynamicObject> {
  const reviewer = admissionOf(context, asked, { dryRun, options: dryRun ? { dryRun: ['All'] } : {} })?.review
  if (reviewer === undefined) return sent
  const changed = await reviewer.mutate(sent, undefined, (action) => action)
  await reviewer.validate(changed, undefined)
  return changed
}
