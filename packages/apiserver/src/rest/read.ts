import { prepared, served } from '../registry/resource.ts'
import { inTime } from '../registry/steps.ts'
import { presenterFor, type ResourceRequest, type RestContext, targetOf } from './context.ts'
import type { Answer } from './exchange.ts'
import { listPage } from './list.ts'
import { requireForm } from './media-type.ts'
import { listOptions } from './options.ts'
import { answerWith } from './presentation.ts'
import { refuseRead, requestedRevision, requireReached } from './resource-version.ts'
import { scaleOf } from './scale.ts'
import { selectionOf } from './selection.ts'
import { Watch } from './watch.ts'

/** @throws Refusal */
export async function get(context: RestContext, asked: ResourceRequest): Promise<Answer> {
  const { objects } = context
  const { resource, request } = asked
  const resourceVersion = request.query.get('resourceVersion') ?? ''
  requireReached(resourceVersion, requestedRevision(resourceVersion, refuseRead), objects.store.revision)
  const { representation, presenter } = presenterFor(context, asked)
  requireForm(representation, 'object', resource)
  const entry = objects.entry(resource, targetOf(asked))
  await inTime(prepared(resource, [entry.object], 'served'))
  const json = asked.subresource === 'scale' ? JSON.stringify(scaleOf(resource, served(resource, entry.object))) : presenter.object(entry)
  return answerWith(200, json, representation)
}

/** A list, or with `watch` what happens to it. @throws Refusal */
export async function list(context: RestContext, asked: ResourceRequest): Promise<Answer> {
  const { resource, namespace, request, name } = asked
  const options = listOptions(request.query, { isWatch: asked.isWatchPath })
  const selection = selectionOf(resource, options, name)
  const { representation, presenter } = presenterFor(context, asked)
  if (options.watch)
    return watch(
      context,
      new Watch(context.objects.store, context.watchSettings, { resource, namespace, options, selection, presenter }),
      request.signal,
    )
  requireForm(representation, 'list', resource)
  const { entries, metadata } = await inTime(listPage(context.objects.store, resource, namespace, options, selection))
  return answerWith(200, presenter.list(entries, metadata), representation)
}

function watch(context: RestContext, stream: Watch, signal: AbortSignal): Answer {
  return {
    code: 200,
    headers: { 'content-type': 'application/json' },
    async run(sink) {
      context.watches.add(stream)
      try {
        await stream.run(sink, signal)
      } finally {
        context.watches.delete(stream)
      }
    },
  }
}
