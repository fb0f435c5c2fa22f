import { ConfigMap } from '@kubewright/client'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { Shop } from '../fake/admission-bench.ts'
import { type WebhookOptions, webhooks } from './definition.ts'

describe('what makes no sense is refused where it is written', () => {
  test.each<[string, WebhookOptions<Shop>, string]>([
    ['no hook', {}, 'there is no hook: add "default", "validate", "validateDelete" or "subresources"'],
    ['an empty subresource', { subresources: { status: {} } }, 'the subresource "status" has no hook'],
    ['a subresource with a slash', { subresources: { 'a/b': { validate() {} } } }, 'the subresource "a/b" must be a name'],
    ['a timeout of a minute', { validate() {}, timeout: '1m' }, '"timeout" is 60 s: it must be whole seconds from 1 to 10'],
    ['a timeout of half a second', { validate() {}, timeout: 500 }, '"timeout" is 0.5 s'],
    ['a name that is none', { validate() {}, name: 'A b' }, 'its name must be a DNS label'],
    ['no operation', { validate() {}, operations: [] }, '"operations" is empty'],
    ['a schema that is not there', { validate() {}, schema: true }, '"schema" is true, and the kind has none'],
    [
      'a condition twice',
      { validate() {}, matchConditions: ['a', 'a'].map((name) => ({ name, expression: 'true' })) },
      '"matchConditions" has "a" twice',
    ],
  ])('%s', (_, options, problem) => expect(() => webhooks(Shop, options)).toThrow(problem))

  test('a kind without a plural', () => {
    expect(() => webhooks({ group: 'a.dev', version: 'v1', kind: 'X' }, { validate() {} })).toThrow('the kind X has no "plural"')
  })
})

test('the operation decides whether there is an old object', () => {
  webhooks(Shop, {
    default: ({ object }) => {
      expectTypeOf(object.spec.tags).toEqualTypeOf<string[] | undefined>()
      object.spec.replicas = 1
    },
    validate(context) {
      expectTypeOf(context.object).toEqualTypeOf<Shop>()
      if (context.operation === 'UPDATE') expectTypeOf(context.old).toEqualTypeOf<Shop>()
      else expectTypeOf(context.old).toEqualTypeOf<undefined>()
      // @ts-expect-error what is validated is not changed
      context.object.spec.replicas = 1
    },
  })
  webhooks(ConfigMap, {
    validate({ object }) {
      expectTypeOf(object.data?.['a']).toEqualTypeOf<string | undefined>()
    },
  })
})
