import { ApiError, applyJsonPatch, type DynamicObject } from '@kubewright/core'
import { defineKind, webhookOnly, z } from '@kubewright/schema'
import { virtualClock } from '@kubewright/testing/virtual-clock'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ask, request, Shop, shop } from '../fake/admission-bench.ts'
import { webhooks } from './definition.ts'
import { DeniedError } from './denied-error.ts'

describe('validate', () => {
  test('says all that is wrong, of several hooks, with the fields, and always echoes the uid', async () => {
    const hooks = webhooks(Shop, {
      validate: [
        ({ errors }) => errors.at('spec').required('image'),
        ({ errors }) => errors.at('spec', 'tags', 1).invalid([], 'is odd', 'x'),
      ],
    })
    const { response, failed } = await ask(hooks, 'validate', request({ uid: 'other' }))
    expect(response).toEqual({
      uid: 'other',
      allowed: false,
      status: {
        status: 'Failure',
        code: 422,
        reason: 'Invalid',
        message: 'Shop.example.dev "a" is invalid: [spec.image: Required value, spec.tags[1]: Invalid value: "x": is odd]',
        details: expect.objectContaining({ name: 'a', group: 'example.dev', kind: 'Shop' }) as unknown,
      },
    })
    expect(failed).toBe(false)
  })

  test('sees who asks, what was there before, and whether it is a trial; what it sees it cannot change', async () => {
    const seen: unknown[] = []
    const hooks = webhooks(Shop, {
      validate({ object, old, operation, user, dryRun, audit }) {
        seen.push([operation, user.username, dryRun, old?.spec.replicas, object.spec.replicas, Object.isFrozen(object.spec)])
        audit('checked', 'yes')
      },
    })
    const { response } = await ask(
      hooks,
      'validate',
      request({ object: shop({ replicas: 2 }), oldObject: shop({ replicas: 1 }), dryRun: true }),
    )
    expect(seen).toEqual([['UPDATE', 'ann', true, 1, 2, true]])
    expect(response).toEqual({ uid: 'uid-1', allowed: true, auditAnnotations: { checked: 'yes' } })
  })

  test.each<[string, (error: (thrown: unknown) => never) => never, object]>([
    ['a plain denial', (raise) => raise(new DeniedError('not on Fridays')), { code: 403, reason: 'Forbidden', message: 'not on Fridays' }],
    ['a denial with its code', (raise) => raise(new DeniedError('there is one', 409)), { code: 409, reason: 'Conflict' }],
    [
      'what the API server has refused the hook',
      (raise) => raise(new ApiError({ code: 404, reason: 'NotFound', message: 'no such class' })),
      { code: 404, reason: 'NotFound', message: 'no such class' },
    ],
  ])('%s is a verdict, and no failure', async (_, cause, status) => {
    const raise = (thrown: unknown): never => {
      throw thrown
    }
    const { response, failed } = await ask(webhooks(Shop, { validate: () => cause(raise) }), 'validate', request())
    expect(response).toMatchObject({ uid: 'uid-1', allowed: false, status })
    expect(failed).toBe(false)
  })

  test('of a deletion sees the object that goes', async () => {
    const hooks = webhooks(Shop, {
      validateDelete: ({ old, deny }) => {
        if (old.spec.replicas === 9) deny('still in use')
      },
    })
    const deletion = (replicas: number) => request({ operation: 'DELETE', object: null, oldObject: shop({ replicas }) })
    expect((await ask(hooks, 'validate', deletion(9))).response).toMatchObject({ allowed: false, status: { message: 'still in use' } })
    expect((await ask(hooks, 'validate', deletion(1))).response).toEqual({ uid: 'uid-1', allowed: true })
  })

  test('of a connection sees its options', async () => {
    const hooks = webhooks(Shop, {
      subresources: { exec: { validateConnect: ({ object, deny }) => (object['tty'] === true ? deny('no terminals') : undefined) } },
    })
    const connect = request({ operation: 'CONNECT', subResource: 'exec', object: { kind: 'PodExecOptions', tty: true } })
    expect((await ask(hooks, 'validate', connect)).response).toMatchObject({ allowed: false, status: { message: 'no terminals' } })
  })

  test('an object that is being deleted passes, unless more than its metadata changes', async () => {
    const hooks = webhooks(Shop, { validate: ({ errors }) => errors.required('spec.image') })
    const going = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a/b'] }
    const update = (spec: Shop['spec']) => request({ object: shop(spec, { ...going, finalizers: [] }), oldObject: shop({}, going) })
    expect((await ask(hooks, 'validate', update({}))).response.allowed).toBe(true)
    expect((await ask(hooks, 'validate', update({ replicas: 3 }))).response.allowed).toBe(false)
  })

  test('an object that is being deleted gets no new defaults: they would be a change that its validation sees, and may refuse', async () => {
    const hooks = webhooks(Shop, {
      default({ object }) {
        object.spec.replicas ??= 1
      },
      validate: ({ errors }) => errors.required('spec.image'),
    })
    const going = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a/b'] }
    const release = request({ object: shop({}, { ...going, finalizers: [] }), oldObject: shop({}, going) })
    const { response } = await ask(hooks, 'mutate', release)
    expect(response).toEqual({ uid: 'uid-1', allowed: true })
    const change = request({ object: shop({ image: 'x' }, going), oldObject: shop({}, going) })
    expect((await ask(hooks, 'mutate', change)).patch).toEqual([{ op: 'add', path: '/spec/replicas', value: 1 }])
  })

  test('requests of another resource, or subresource, are refused with the mend', async () => {
    const hooks = webhooks(Shop, { validate() {} })
    for (const wrong of [{ subResource: 'status' }, { resource: { group: 'example.dev', version: 'v1', resource: 'carts' } }])
      expect((await ask(hooks, 'validate', request(wrong))).response).toMatchObject({
        allowed: false,
        status: { code: 400, message: expect.stringContaining("correct the webhook configuration's rules") as unknown },
      })
  })
})

describe('a hook that fails', () => {
  const strict = webhooks(Shop, { validate: () => Promise.reject(new Error('hunter2-hunter2 is wrong')) })
  const lax = webhooks(Shop, { failurePolicy: 'Ignore', validate: () => Promise.reject(new Error('oops')) })

  test('is an answer of its own, with the uid, and without secrets', async () => {
    const { response, failed, log } = await ask(strict, 'validate', request())
    expect(response).toMatchObject({ uid: 'uid-1', allowed: false, status: { code: 500, reason: 'InternalError' } })
    expect(response.status?.message).toMatch(/^shop: .* is wrong$/)
    expect(JSON.stringify([response, log])).not.toContain('hunter2')
    expect(failed).toBe(true)
  })

  test('is let pass where failures are to be ignored, and the user is told', async () => {
    const { response, failed } = await ask(lax, 'validate', request())
    expect(response).toEqual({ uid: 'uid-1', allowed: true, warnings: ['shop: the hook failed and was ignored'] })
    expect(failed).toBe(true)
  })

  test('is cut off when the time is over, and hears of it', async () => {
    const clock = virtualClock()
    let reason: unknown
    const hooks = webhooks(Shop, {
      validate: ({ signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            reason = signal.reason
          })
        }),
    })
    const asking = ask(hooks, 'validate', request(), { clock, time: 900 })
    await clock.advance(899)
    expect(reason).toBeUndefined()
    await clock.advance(1)
    expect((await asking).response).toMatchObject({
      allowed: false,
      status: { code: 500, message: 'shop: the hook did not answer within 900 ms' },
    })
    expect(reason).toMatchObject({ name: 'DeadlineError' })
    expect(clock.pending).toBe(0)
  })

  test('ends when nobody waits any more', async () => {
    const leaving = new AbortController()
    const asking = ask(webhooks(Shop, { validate: () => new Promise(() => {}) }), 'validate', request(), { signal: leaving.signal })
    leaving.abort(new Error('the one who asked is gone'))
    expect((await asking).failed).toBe(true)
  })

  test('logs the name of the object and nothing of its content', async () => {
    const { log } = await ask(strict, 'validate', request({ object: shop({ image: 'private' }) }))
    expect(log.join()).toContain('"object":"ns/a"')
    expect(log.join()).not.toContain('private')
  })
})

describe('default', () => {
  test('each hook sees what the ones before have made, and the patch makes the last of it from what came', async () => {
    const hooks = webhooks(Shop, {
      default: [
        ({ object }) => {
          object.spec.replicas ??= 1
        },
        ({ object }) => {
          object.metadata.labels = { 'a/b': String(object.spec.replicas) }
        },
      ],
    })
    const raw = { ...shop({}), unknown: { kept: [1, { deep: true }] } }
    const { response, patch } = await ask(hooks, 'mutate', request({ object: raw }))
    expect(response.patchType).toBe('JSONPatch')
    expect(patch).toEqual([
      { op: 'add', path: '/metadata/labels', value: { 'a/b': '1' } },
      { op: 'add', path: '/spec/replicas', value: 1 },
    ])
  })

  test('nothing to do: neither patch nor type', async () => {
    expect((await ask(webhooks(Shop, { default() {} }), 'mutate', request())).response).toEqual({ uid: 'uid-1', allowed: true })
  })

  test.each<[string, object]>([
    ['metadata.name', { metadata: { name: 'b', namespace: 'ns' } }],
    ['metadata.namespace', { metadata: { name: 'a', namespace: 'other' } }],
    ['kind', { kind: 'Cart' }],
    ['apiVersion', { apiVersion: 'example.dev/v2' }],
  ])('it may not change %s', async (field, change) => {
    const hooks = webhooks(Shop, { default: ({ object }) => void Object.assign(object, change) })
    const { response } = await ask(hooks, 'mutate', request())
    expect(response).toMatchObject({
      allowed: false,
      status: { code: 500, message: expect.stringContaining(`default changed ${field}`) as unknown },
    })
  })

  test('may refuse, and says why', async () => {
    const { response } = await ask(webhooks(Shop, { default: ({ deny }) => deny('no defaults for you') }), 'mutate', request())
    expect(response).toMatchObject({ allowed: false, status: { code: 403, message: 'no defaults for you' } })
  })

  test('whatever it changes, the patch says exactly that', async () => {
    const value = fc.jsonValue({ maxDepth: 4 })
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), value), fc.dictionary(fc.string(), value), async (from, to) => {
        const hooks = webhooks(Shop, {
          default: ({ object }) => {
            Object.assign(object, { spec: to })
          },
        })
        const raw = JSON.parse(JSON.stringify({ ...shop({}), spec: from })) as DynamicObject
        const { patch } = await ask(hooks, 'mutate', request({ object: raw }))
        expect(applyJsonPatch(raw, (patch ?? []) as [])).toEqual(JSON.parse(JSON.stringify({ ...raw, spec: to })))
      }),
      { numRuns: 200 },
    )
  })
})

describe('the kind’s own schema', () => {
  const Strict = defineKind({
    group: 'example.dev',
    version: 'v1',
    kind: 'Shop',
    spec: z.object({ image: z.string(), replicas: z.int().max(5).optional() }),
  })
  const calls: string[] = []
  const hooks = webhooks(Strict, {
    schema: true,
    default: ({ object }) => {
      object.spec.image = object.spec.image.trim()
    },
    validate: () => void calls.push('validate'),
  })
  const wrong = (spec: object) => ({ ...shop({}), spec })

  test('is checked first, in the words of the API server, and hooks do not see what does not fit it', async () => {
    const { response } = await ask(hooks, 'validate', request({ object: wrong({ replicas: 9 }) }))
    expect(response.status?.message).toBe(
      'Shop.example.dev "a" is invalid: [spec.image: Required value: is required, spec.replicas: Invalid value: must be at most 5]',
    )
    expect(calls).toEqual([])
  })

  test('does not count what was wrong before and has stayed as it was', async () => {
    const old = wrong({ image: 'x', replicas: 9 })
    const update = (spec: object) => ask(hooks, 'validate', request({ object: wrong(spec), oldObject: old }))
    expect((await update({ image: 'y', replicas: 9 })).response.allowed).toBe(true)
    expect((await update({ image: 'x', replicas: 8 })).response.allowed).toBe(false)
  })

  test('explains why a default hook stumbled', async () => {
    const { response } = await ask(hooks, 'mutate', request({ object: wrong({}) }))
    expect(response).toMatchObject({ status: { code: 422, message: expect.stringContaining('spec.image: Required value') as unknown } })
  })

  test('is left to the API server when the CRD says all of it, and checked without being asked when it does not', async () => {
    const Even = defineKind({
      group: 'example.dev',
      version: 'v1',
      kind: 'Shop',
      spec: z.object({ replicas: webhookOnly(z.int(), (value) => value % 2 === 0, 'must be even') }),
    })
    const odd = request({ object: wrong({ replicas: 3 }) })
    expect((await ask(webhooks(Strict, { validate() {} }), 'validate', request({ object: wrong({}) }))).response.allowed).toBe(true)
    expect((await ask(webhooks(Even, {}), 'validate', odd)).response.status?.message).toContain(
      'spec.replicas: Invalid value: must be even',
    )
    expect((await ask(webhooks(Even, { schema: false, validate() {} }), 'validate', odd)).response.allowed).toBe(true)
  })
})
