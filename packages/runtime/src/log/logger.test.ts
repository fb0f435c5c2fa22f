import { ApiError } from '@kubewright/core'
import { describe, expect, test } from 'vitest'
import { recordSpans } from '../fake/span-recording.ts'
import { inSpan } from '../tracing/span.ts'
import { createLogger, type LoggerOptions } from './logger.ts'
import { SecretValues } from './secret-values.ts'

function capture(options: LoggerOptions = {}) {
  const lines: string[] = []
  const log = createLogger({ ...options, destination: { write: (line) => lines.push(line) } })
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> }
}

describe('a log line', () => {
  test('is JSON with the level by name, an ISO time, the message and the fields, those of the parent first', () => {
    const { log, last } = capture()
    log.with({ controller: 'website' }).info('reconciled', { name: 'shop' })
    expect(last()).toMatchObject({ level: 'info', message: 'reconciled', controller: 'website', name: 'shop' })
    expect(last()['time']).toMatch(/^\d{4}-\d\d-\d\dT/)
  })

  test('below the level is not written', () => {
    const { log, lines } = capture({ level: 'warn' })
    log.info('quiet')
    log.warn('loud')
    expect(lines).toHaveLength(1)
  })

  test('at a level that was changed is written from then on, also by loggers made before', () => {
    const { log, lines } = capture({ level: 'info' })
    const child = log.with({ controller: 'website' })
    child.debug('quiet')
    log.level = 'debug'
    child.debug('loud')
    child.level = 'error'
    log.warn('quiet again')
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(['loud'])
    expect([log.level, child.level]).toEqual(['error', 'error'])
  })

  test('carries the ids of the span that is under way, and only of one that is recorded', async () => {
    const { log, last } = capture()
    log.info('outside')
    expect(last()).not.toHaveProperty('trace_id')
    const spans = recordSpans()
    await inSpan('reconcile', {}, async () => log.with({ controller: 'website' }).info('inside'))
    const { traceId, spanId } = spans.finished()[0]!.spanContext()
    expect(last()).toMatchObject({ message: 'inside', trace_id: traceId, span_id: spanId, trace_flags: '01' })
  })

  test('for people is one short line', () => {
    const { log, lines } = capture({ format: 'text' })
    log.warn('cannot apply', { controller: 'website', text: 'two words', error: new Error('no such field') })
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d WARN {2}cannot apply {2}controller=website text="two words" error="no such field"\n$/)
  })

  test('begins with the level and the time and ends with the message, as log pipelines and people expect it', () => {
    const { log, lines } = capture()
    log.with({ controller: 'website' }).error('failed', { name: 'shop', nothing: undefined, endless: Number.POSITIVE_INFINITY })
    expect(lines[0]).toMatch(
      /^\{"level":"error","time":"[^"]+","controller":"website","name":"shop","endless":null,"message":"failed"\}\n$/,
    )
  })

  test('for people shows a time as it is, without quotes', () => {
    const { log, lines } = capture({ format: 'text' })
    log.info('read', { at: new Date(0) })
    expect(lines[0]).toMatch(/ {2}at=1970-01-01T00:00:00\.000Z\n$/)
  })

  test('is not written at all by a silent logger', () => {
    const { log, lines } = capture({ level: 'silent' })
    log.error('quiet')
    expect(lines).toEqual([])
  })

  test('shows a time as a time, and of bytes how many: nobody would find a secret in a list of numbers', () => {
    const { log, last } = capture()
    log.info('read', { at: new Date(0), body: Buffer.from('hunter2'), all: { raw: new Uint8Array(3) } })
    expect(last()).toMatchObject({ at: '1970-01-01T00:00:00.000Z', body: '7 bytes', all: { raw: '3 bytes' } })
  })

  test('shows an error by name, message and code, not what else hangs on it', () => {
    const { log, lines, last } = capture()
    const error = Object.assign(new ApiError({ code: 403, message: 'forbidden' }), { request: { body: 'hunter2hunter2' } })
    log.error('failed', { error })
    expect(last()['error']).toEqual({ name: 'ApiError', message: 'forbidden', code: 403 })
    expect(lines.join()).not.toContain('hunter2')
  })

  test('shows the stack of a mistake in the program, and the cause', () => {
    const { log, last } = capture()
    log.error('failed', { error: new TypeError('x is undefined', { cause: new Error('deeper') }) })
    expect(last()['error']).toMatchObject({
      name: 'TypeError',
      stack: expect.stringContaining('logger.test'),
      cause: { message: 'deeper' },
    })
  })
})

describe('a secret does not come out', () => {
  const cases: readonly [string, Record<string, unknown>, string][] = [
    ['under its name', { password: 'correct-horse' }, 'correct-horse'],
    ['under another spelling', { 'X-Vault-Token': 'correct-horse', secret_access_key: 'correct-horse' }, 'correct-horse'],
    ['deep inside', { a: [{ b: { clientSecret: 'correct-horse' } }] }, 'correct-horse'],
    ['in a Secret', { object: { kind: 'Secret', data: { user: 'Y29ycmVjdC1ob3JzZQ==' } } }, 'Y29ycmVjdC1ob3JzZQ'],
    ['as a bearer token in a text', { header: 'Authorization: Bearer abcdefghijklmnop' }, 'abcdefghijklmnop'],
    ['in the message of an error', { error: new Error('bad token hvs.CAESIabcdefgh') }, 'CAESIabcdefgh'],
    ['as a private key', { pem: '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIA\n-----END EC PRIVATE KEY-----' }, 'MHcCAQEEIA'],
  ]
  test.each(cases)('%s', (_, fields, secret) => {
    const { log, lines } = capture()
    log.info('message', fields)
    log.with(fields).info('message')
    expect(lines).toHaveLength(2)
    expect(lines.join()).not.toContain(secret)
    expect(lines.join()).toContain('[redacted]')
  })

  test('in the message itself', () => {
    const { log, lines } = capture()
    log.info('answered Bearer abcdefghijklmnop')
    expect(lines.join()).not.toContain('abcdefghijklmnop')
  })

  test('while the name of a Secret does', () => {
    const { log, last } = capture()
    log.info('read', { secretName: 'tls', secret: 'ns/tls' })
    expect(last()).toMatchObject({ secretName: 'tls', secret: 'ns/tls' })
  })
})

describe('a value that was registered as a secret', () => {
  const values = () => {
    const captured = capture()
    captured.log.secrets.add('correct-horse')
    return captured
  }

  test.each<[string, (log: ReturnType<typeof capture>['log']) => void]>([
    ['in a message', (log) => log.info('logged in with correct-horse')],
    ['in a field with a harmless name', (log) => log.info('m', { url: 'https://x/?q=correct-horse' })],
    ['as the name of a field', (log) => log.info('m', { seen: { 'correct-horse': 1 } })],
    ['in an error and its cause', (log) => log.error('m', { error: new Error('no', { cause: new Error('correct-horse') }) })],
    ['in base64', (log) => log.info('m', { data: btoa('correct-horse') })],
  ])('does not come out %s', (_, write) => {
    const { log, lines } = values()
    write(log)
    expect(lines.join()).not.toMatch(/correct-horse|Y29ycmVjdC1ob3JzZQ/)
    expect(lines.join()).toContain('[redacted]')
  })

  test('does not come out of a logger that had it in its fields before it was known as one', () => {
    const { log, lines } = capture()
    const child = log.with({ user: 'correct-horse' })
    log.secrets.add('correct-horse')
    child.info('m')
    expect(lines.join()).not.toContain('correct-horse')
  })

  test('does not come out of another logger that shares the set', () => {
    const secrets = new SecretValues()
    const [one, other] = [capture({ secrets }), capture({ secrets })]
    one.log.secrets.add('correct-horse')
    other.log.info('correct-horse')
    expect(other.last()['message']).toBe('[redacted]')
  })
})
