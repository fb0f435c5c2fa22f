import { context, defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { recordSpans } from '../fake/span-recording.ts'
import { AsyncContext } from './async-context.ts'
import { inSpan } from './span.ts'
import { TraceParent } from './trace-parent.ts'

describe('work in a span', () => {
  test('is the parent of what it calls, across promises and timers, also when several run at once', async () => {
    const spans = recordSpans()
    const reconcile = (name: string) =>
      inSpan('reconcile', { name }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        await inSpan('patch', { name }, async () => {})
      })
    await Promise.all([reconcile('a'), reconcile('b')])
    const finished = spans.finished()
    for (const name of ['a', 'b']) {
      const [outer, inner] = ['reconcile', 'patch'].map(
        (of) => finished.find((span) => span.name === of && span.attributes['name'] === name)!,
      )
      expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId)
    }
  })

  test('that fails is marked with the kind of its error and not with its words, and the error goes on', async () => {
    const spans = recordSpans()
    await expect(inSpan('reconcile', {}, () => Promise.reject(new TypeError('password is hunter2')))).rejects.toThrow('hunter2')
    expect(spans.finished()[0]!.status).toEqual({ code: SpanStatusCode.ERROR, message: 'TypeError' })
    expect(spans.finished()[0]!.events).toEqual([])
  })

  test('costs no span when nobody records', async () => {
    expect(await inSpan('reconcile', {}, async () => trace.getActiveSpan()?.isRecording() ?? false)).toBe(false)
  })
})

test('a bound callback runs in the context that it was bound to', () => {
  const carrier = new AsyncContext()
  const key = Symbol('key')
  const bound = carrier.bind(ROOT_CONTEXT.setValue(key, 1), () => carrier.active().getValue(key))
  expect([bound(), carrier.active().getValue(key)]).toEqual([1, undefined])
})

describe('a trace goes from one program to the next', () => {
  const ID = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
  const header = `00-${ID.traceId}-${ID.spanId}-01`
  const read = (traceparent: string | string[]) =>
    trace.getSpanContext(new TraceParent().extract(context.active(), { traceparent }, defaultTextMapGetter))

  test('in the header traceparent', () => {
    const carrier: Record<string, string> = {}
    new TraceParent().inject(trace.setSpanContext(ROOT_CONTEXT, { ...ID, traceFlags: 1 }), carrier, defaultTextMapSetter)
    expect(carrier).toEqual({ traceparent: header })
    expect(read(header)).toEqual({ ...ID, traceFlags: 1, isRemote: true })
  })

  test('and nothing is sent where there is no span', () => {
    const carrier: Record<string, string> = {}
    new TraceParent().inject(ROOT_CONTEXT, carrier, defaultTextMapSetter)
    expect(carrier).toEqual({})
  })

  test.each([
    ['of a version that is not allowed', header.replace(/^00/, 'ff')],
    ['without ids', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
    ['that is something else', 'x'],
  ])('a header %s is not followed', (_, wrong) => {
    expect(read(wrong)).toBeUndefined()
  })

  test('a header of a later version is, as far as it is known', () => {
    expect(read([`01-${ID.traceId}-${ID.spanId}-03-more`])).toMatchObject({ ...ID, traceFlags: 1 })
  })
})
