import { settle } from '@kubewright/testing/virtual-clock'
import { expect, test } from 'vitest'
import { Website, website } from '../fake/program.ts'
import { recordSpans } from '../fake/span-recording.ts'
import { useWebsites } from '../fake/website-program.ts'
import { inSpan } from '../tracing/span.ts'
import { TerminalError } from './errors.ts'

const start = useWebsites()

test('each reconcile is a span of the controller and the object, the parent of what it does, and its lines carry its trace', async () => {
  const { finished } = recordSpans()
  const { server, log } = await start({
    async reconcile({ log: lines }) {
      await inSpan('work', {}, async () => lines.info('at work'))
    },
  })
  server.put(Website, website('shop'))
  await settle()
  const reconcile = finished().find(({ name }) => name === 'reconcile')!
  const work = finished().find(({ name }) => name === 'work')!
  expect(reconcile.attributes).toMatchObject({
    'kubewright.controller': 'website',
    'kubewright.reconcile.result': 'success',
    'kubewright.reconcile.attempt': 1,
    'kubewright.reconcile.id': expect.stringMatching(/^id-/),
    'k8s.namespace.name': 'shop',
    'k8s.object.name': 'shop',
  })
  expect(work.parentSpanContext?.spanId).toBe(reconcile.spanContext().spanId)
  const { traceId } = reconcile.spanContext()
  expect(log.find(({ message }) => message === 'at work')).toMatchObject({
    trace_id: traceId,
    reconcileID: reconcile.attributes['kubewright.reconcile.id'],
  })
})

test('a reconcile that fails is a span that failed, by the kind of its error and without its words', async () => {
  const { finished } = recordSpans()
  const { server, log } = await start({ reconcile: () => Promise.reject(new TerminalError('the password is hunter2')) })
  server.put(Website, website('shop'))
  await settle()
  const reconcile = finished().find(({ name }) => name === 'reconcile')!
  expect(reconcile.status).toMatchObject({ code: 2, message: 'TerminalError' })
  expect(JSON.stringify([reconcile.status, reconcile.attributes, reconcile.events])).not.toContain('hunter2')
  expect(log.find(({ level }) => level === 'error')).toHaveProperty('trace_id', reconcile.spanContext().traceId)
})
