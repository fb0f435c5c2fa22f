import { describe, expect, test } from 'vitest'
import { webhooks } from './admission/definition.ts'
import { conversion } from './conversion/conversion.ts'
import { Shop } from './fake/admission-bench.ts'
import { resolveWebhookServer, type WebhookServerOptions } from './webhook-options.ts'

const hooks = [webhooks(Shop, { validate() {} })]
const converted = conversion(Shop, { hub: 'v1', versions: ['v1beta1'], toHub: (_, object) => object, fromHub: (_, object) => object })

test('defaults', () => {
  expect(resolveWebhookServer({ name: 'shop', hooks })).toEqual({
    name: 'shop',
    hooks,
    conversions: [],
    namespace: undefined,
    reach: undefined,
    bindAddress: ':9443',
    certificates: { from: 'secret' },
    install: true,
    drain: 60_000,
  })
})

describe('what makes no sense is refused', () => {
  test.each<[WebhookServerOptions, string]>([
    [{ name: 'shop' }, 'there is nothing to serve'],
    [{ name: 'My shop', hooks }, 'its name must be a DNS name'],
    [{ name: 'shop', hooks: [...hooks, ...hooks] }, 'two definitions are for one path: give one of them another "name"'],
    [{ name: 'shop', conversions: [converted, converted] }, 'a kind has its conversion twice'],
    [{ name: 'shop', hooks, reach: { url: 'http://x' } }, 'is not https'],
    [{ name: 'shop', hooks, drain: -1 }, '"drain" is -1 ms'],
    [
      { name: 'shop', hooks, certificates: { from: 'secret', rotation: { lookAhead: '10000h' } } },
      '"lookAhead" (36000000000 ms) is not shorter',
    ],
  ])('%#', (options, problem) => expect(() => resolveWebhookServer(options)).toThrow(problem))
})
